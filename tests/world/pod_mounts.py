"""The directories that a Pod mounts, filled and kept up as a kubelet does it: all old or all new at any moment.

ConfigMaps, Secrets, projections of both, and emptyDirs; a volume with a ServiceAccount's token is left out, since
no program that runs here talks to the API server.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.cluster.mounts import write_volume

Json = Mapping[str, Any]
Find = Callable[[str, str], Json | None]
"""Looks an object of the Pod's namespace up, by plural and name."""

_OBJECTS = {"configMap": ("configmaps", "name"), "secret": ("secrets", "secretName")}


class NotMountable(Exception):
    """A volume that is not optional names what is not there; a Pod waits for it in ContainerCreating."""


class PodMounts:
    """The volumes of one Pod below one directory."""

    def __init__(self, directory: Path, pod: Json) -> None:
        self._directory = directory
        self._volumes = {each["name"]: each for each in pod["spec"].get("volumes", ()) if not _holds_token(each)}
        self._mounted = [
            (mount["mountPath"], directory / mount["name"])
            for container in pod["spec"]["containers"]
            for mount in container.get("volumeMounts", ())
            if mount["name"] in self._volumes
        ]
        self._versions: dict[str, tuple[str, ...]] = {}

    def refresh(self, find: Find) -> None:
        """Bring every volume up to date; raises NotMountable if one cannot be filled for the first time."""
        for name, volume in self._volumes.items():
            versions = tuple(_versions(volume, find))
            if self._versions.get(name) == versions:
                continue
            try:
                files = _files(volume, find)
            except NotMountable:
                # A kubelet leaves what is mounted as it is.
                if name not in self._versions:
                    raise
                continue
            self._write(name, files)
            self._versions[name] = versions

    def translate(self, argument: str) -> str:
        """Return a command line argument with a path inside the Pod turned into the directory that stands for it."""
        for path, directory in self._mounted:
            if argument == path or argument.startswith(f"{path}/"):
                return f"{directory}{argument[len(path) :]}"
        return argument

    def _write(self, name: str, files: dict[str, bytes] | None) -> None:
        if files is None:
            (self._directory / name).mkdir(parents=True, exist_ok=True)
        else:
            write_volume(self._directory / name, files)


def _holds_token(volume: Json) -> bool:
    return any("serviceAccountToken" in source for source in volume.get("projected", {}).get("sources", ()))


def _sources(volume: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield plural, name and description of each object that a volume is filled from."""
    for kind, (plural, name_field) in _OBJECTS.items():
        if kind in volume:
            yield plural, volume[kind][name_field], volume[kind]
    for source in volume.get("projected", {}).get("sources", ()):
        for kind, (plural, _) in _OBJECTS.items():
            if kind in source:
                yield plural, source[kind]["name"], source[kind]


def _versions(volume: Json, find: Find) -> Iterator[str]:
    for plural, name, _ in _sources(volume):
        found = find(plural, name)
        yield f"{found['metadata']['uid']} {found['metadata']['resourceVersion']}" if found else ""


def _files(volume: Json, find: Find) -> dict[str, bytes] | None:
    """Return what a volume holds, or None for an empty one to write to."""
    if "emptyDir" in volume:
        return None
    if not volume.keys() & {*_OBJECTS, "projected"}:
        raise NotMountable(f"volume {volume['name']} is of a kind that is not played here")
    files: dict[str, bytes] = {}
    for plural, name, source in _sources(volume):
        files |= _chosen(source, plural, name, find(plural, name))
    return files


def _chosen(source: Json, plural: str, name: str, found: Json | None) -> dict[str, bytes]:
    optional = source.get("optional", False)
    if found is None:
        if optional:
            return {}
        raise NotMountable(f"{plural} {name!r} not found")
    content = _content(found)
    if not source.get("items"):
        return content
    missing = [item["key"] for item in source["items"] if item["key"] not in content]
    if missing and not optional:
        raise NotMountable(f"{plural} {name!r} has no key {missing[0]!r}")
    return {item["path"]: content[item["key"]] for item in source["items"] if item["key"] in content}


def _content(found: Json) -> dict[str, bytes]:
    if found["kind"] == "Secret":
        return {key: base64.b64decode(value) for key, value in (found.get("data") or {}).items()}
    plain = {key: value.encode() for key, value in (found.get("data") or {}).items()}
    return plain | {key: base64.b64decode(value) for key, value in (found.get("binaryData") or {}).items()}
