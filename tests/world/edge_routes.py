"""What the objects in the cluster say about the edge's work: which host and path goes to which ready Pods (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.world.edge_watch import Key, Objects

World = Mapping[str, Objects]
"""All objects by plural."""
Json = Mapping[str, Any]

_SERVICE_LABEL = "kubernetes.io/service-name"


@dataclass(frozen=True)
class Path:
    """One path of a host, and the Pods (by uid) that its Service has ready."""

    path: str
    exact: bool
    service: Key
    pods: tuple[str, ...]

    def takes(self, path: str) -> bool:
        """Tell whether a request's path is meant, as the Ingress API defines Exact and Prefix."""
        if self.exact:
            return path == self.path
        stem = self.path.rstrip("/")
        return path == stem or path.startswith(f"{stem}/")


@dataclass(frozen=True)
class Routes:
    """Everything that requests need to know."""

    hosts: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    certificates: Mapping[str, Key] = field(default_factory=dict)
    """The tls Secret of each host."""
    ingresses: tuple[Key, ...] = ()
    """The Ingresses of our class."""

    def find(self, host: str, path: str) -> Path | None:
        """Return where a request goes: the longest path that fits, exact ones first."""
        fitting = [each for each in self.hosts.get(host, ()) if each.takes(path)]
        return max(fitting, key=lambda each: (each.exact, len(each.path)), default=None)


class Rotation:
    """Takes the Pods of each Service in turn."""

    def __init__(self) -> None:
        self._turns: dict[Key, Iterator[int]] = {}

    def next(self, path: Path) -> str:
        """Return the Pod whose turn it is."""
        return path.pods[next(self._turns.setdefault(path.service, count())) % len(path.pods)]


def routes(world: World, ingress_class: str) -> Routes:
    """Return what the Ingresses of a class ask for; of two that name one host, the older has it."""
    ours = sorted(
        (
            ingress
            for ingress in world["ingresses"].values()
            if ingress["spec"].get("ingressClassName") == ingress_class
        ),
        key=lambda ingress: (ingress["metadata"]["creationTimestamp"], ingress["metadata"]["uid"]),
    )
    hosts: dict[str, tuple[Path, ...]] = {}
    certificates: dict[str, Key] = {}
    slices = _slices_by_service(world["endpointslices"])
    for ingress in ours:
        namespace = ingress["metadata"]["namespace"]
        for rule in ingress["spec"].get("rules", ()):
            hosts.setdefault(rule.get("host", ""), tuple(_paths(rule, namespace, world["services"], slices)))
        for tls in ingress["spec"].get("tls", ()):
            for host in tls.get("hosts", ()):
                certificates.setdefault(host, (namespace, tls.get("secretName", "")))
    keys = tuple((each["metadata"]["namespace"], each["metadata"]["name"]) for each in ours)
    return Routes(hosts, certificates, keys)


def served_pods(found: Routes) -> set[str]:
    """Return the uids of all Pods that requests may go to."""
    return {pod for paths in found.hosts.values() for path in paths for pod in path.pods}


def _paths(rule: Json, namespace: str, services: Objects, slices: Mapping[Key, list[Json]]) -> Iterator[Path]:
    for each in rule.get("http", {}).get("paths", ()):
        wanted = each["backend"].get("service", {})
        service = (namespace, wanted.get("name", ""))
        port = _port_name(services.get(service), wanted.get("port", {}))
        pods = {} if port is None else dict.fromkeys(_ready_pods(slices.get(service, ()), port))
        yield Path(each.get("path", "/"), each["pathType"] == "Exact", service, tuple(pods))


def _port_name(service: Json | None, wanted: Json) -> str | None:
    """Return the name that a Service's port has in its EndpointSlices, if it has that port."""
    for port in (service or {}).get("spec", {}).get("ports", ()):
        if ("name" in wanted and wanted["name"] == port.get("name")) or wanted.get("number") == port["port"]:
            return str(port.get("name", ""))
    return None


def _ready_pods(slices: list[Json] | tuple[()], port: str) -> Iterator[str]:
    for each in slices:
        if not any(one.get("name", "") == port and one.get("port") for one in each.get("ports") or ()):
            continue
        for endpoint in each.get("endpoints") or ():
            target = endpoint.get("targetRef") or {}
            # No word on readiness means ready, says the EndpointSlice API.
            if endpoint.get("conditions", {}).get("ready", True) and target.get("kind") == "Pod":
                yield target["uid"]


def _slices_by_service(slices: Objects) -> dict[Key, list[Json]]:
    found: dict[Key, list[Json]] = {}
    for (namespace, _), each in sorted(slices.items()):
        service = each["metadata"].get("labels", {}).get(_SERVICE_LABEL)
        if service is not None:
            found.setdefault((namespace, service), []).append(each)
    return found
