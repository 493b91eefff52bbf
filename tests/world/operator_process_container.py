"""One container of a Pod, played by a process of this machine: its mounts, its environment, its command line.

Paths, files and the read-only root are as the manifest says, in a mount namespace of its own; capabilities are dropped
as it says. Its user is not: the code under test may lie where only root can read. The network is the machine's.
"""

import base64
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cluster.egress import RECORD, child_environment
from tests.cluster.mounts import write_volume
from tests.world.operator_process_manifests import Json
from tests.world.pod_mounts import Find, PodMounts

Token = Callable[[int], str]
"""Gives the ServiceAccount's token that lives for so many seconds."""

_INSIDE = Path(__file__).with_name("operator_process_inside.py")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PROJECTED = {"serviceAccountToken", "configMap", "downwardAPI"}


class Container:
    """The only container of a Pod; `directory` holds what its volumes show."""

    def __init__(self, directory: Path, pod: Json, find: Find, token: Token) -> None:
        self._directory = directory
        self._pod = pod
        self._find = find
        self._token = token
        (self.spec,) = pod["spec"]["containers"]
        self._mounts = PodMounts(directory / "volumes", pod)

    def refresh(self, ca: bytes | None = None) -> None:
        """Bring the mounted files up to date, as a kubelet does; `ca` stands for the cluster's own in ca.crt."""
        self._mounts.refresh(self._find)
        for volume in self._pod["spec"].get("volumes", ()):
            sources = volume.get("projected", {}).get("sources", ())
            if any("serviceAccountToken" in each for each in sources):
                files = self._projected(sources)
                if ca is not None:
                    files["ca.crt"] = ca
                write_volume(self._volume(volume["name"]), files)

    def environment(self, api: tuple[str, int]) -> dict[str, str]:
        """Return what the kubelet and the image give, and the guard of the tests."""
        host, port = api
        return {
            "PATH": f"{Path(sys.executable).parent}:{_PATH}",
            "HOME": "/",
            "HOSTNAME": self._pod["metadata"]["name"],
            "LANG": "C.UTF-8",
            "KUBERNETES_SERVICE_HOST": host,
            "KUBERNETES_SERVICE_PORT": str(port),
            **{each["name"]: self._value(each) for each in self.spec.get("env", ())},
            **child_environment(),
        }

    def command(self) -> list[str]:
        """Return the command line that runs the container's program in its mounts."""
        rights = self.spec.get("securityContext", {})
        guarded = [str(Path(os.environ[RECORD]).parent)] if RECORD in os.environ else []
        plan = {
            "directory": str(self._directory),
            "volumes": [self._mounted(each) for each in self.spec.get("volumeMounts", ())],
            "writable": guarded,
            "readOnlyRoot": rights.get("readOnlyRootFilesystem", False),
            "dropCapabilities": "ALL" in rights.get("capabilities", {}).get("drop", ()),
            "command": [*self.spec["command"], *self.spec.get("args", ())],
        }
        path = self._directory / "plan.json"
        path.write_text(json.dumps(plan))
        return ["unshare", "--mount", "--propagation", "private", sys.executable, "-I", "-S", str(_INSIDE), str(path)]

    def _volume(self, name: str) -> Path:
        return self._directory / "volumes" / name

    def _mounted(self, mount: Json) -> dict[str, Any]:
        if unknown := mount.keys() - {"name", "mountPath", "readOnly"}:
            raise NotImplementedError(f"volume mount {mount['name']}: {', '.join(unknown)} is not played here")
        volume = next(each for each in self._pod["spec"]["volumes"] if each["name"] == mount["name"])
        # A kubelet mounts all but an emptyDir read-only, whatever the mount says.
        read_only = mount.get("readOnly", False) or "emptyDir" not in volume
        return {"source": str(self._volume(mount["name"])), "path": mount["mountPath"], "readOnly": read_only}

    def _projected(self, sources: list[Json]) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for source in sources:
            if unknown := source.keys() - _PROJECTED:
                raise NotImplementedError(f"a projection of {', '.join(unknown)} is not played here")
            if "serviceAccountToken" in source:
                wanted = source["serviceAccountToken"]
                files[wanted["path"]] = self._token(wanted["expirationSeconds"]).encode()
            for item in source.get("configMap", {}).get("items", ()):
                files[item["path"]] = self._entry("configmaps", source["configMap"]["name"], item["key"])
            for item in source.get("downwardAPI", {}).get("items", ()):
                files[item["path"]] = self._field(item["fieldRef"]["fieldPath"]).encode()
        return files

    def _value(self, variable: Json) -> str:
        if "valueFrom" not in variable:
            return str(variable["value"])
        (kind, source), *_ = variable["valueFrom"].items()
        if kind == "fieldRef":
            return self._field(source["fieldPath"])
        plural = {"configMapKeyRef": "configmaps", "secretKeyRef": "secrets"}[kind]
        return self._entry(plural, source["name"], source["key"]).decode()

    def _field(self, path: str) -> str:
        value: Any = self._pod
        for part in path.split("."):
            value = value[part]
        return str(value)

    def _entry(self, plural: str, name: str, key: str) -> bytes:
        found = self._find(plural, name)
        if found is None:
            raise LookupError(f"{plural} {name} is not there: a kubelet would wait for it")
        value: str = found["data"][key]
        return base64.b64decode(value) if plural == "secrets" else value.encode()
