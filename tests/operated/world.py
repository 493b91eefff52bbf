"""A whole world with the operator at work in it: control plane, DNS, PowerDNS, edge, and the operator's own process.

    with OperatedWorld() as world:                       # 10 s; `settings={...}` is laid over FAST
        acme = world.tenant()                            # a namespace (granted), a name, and its owner's zone
        acme.apply()                                     # the smallest CustomDomain; see tests.operated.tenant
        acme.enter_ns_records()                          # the owner types what kubectl shows
        acme.ready()
        world.zones()                                    # names of the zones at PowerDNS
        mark = world.cluster.audit_mark()
        world.audit_writes(mark)                         # what the operator changed since, its Lease apart
        world.kill(); world.start()                      # the same Pod, its container restarted
        world.reconfigure({"delegationDeadline": 3})     # other settings over FAST, with a restart; {} for FAST again
        world.powerdns_proxy, world.api_proxy            # FaultProxies that the operator goes through
        world.heal()                                     # end every fault of proxies, edge and DNS servers

`direct=True` leaves the proxy before the API server out, for what is measured; `played=True` has a small stand-in
answer for Pods, for what counts domains by the hundred. Fixtures: `world` (one per worker, for tests that leave it as
it was; faults are healed after each), `own_world` (for one test), and `tenant` in `world`. A second cluster beside
the same DNS and PowerDNS is in tests.operated.another_cluster.
"""

import os
import re
import shutil
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from tests.cluster.audit import AuditEvent
from tests.cluster.control_plane import ControlPlane
from tests.cluster.directories import new_directory
from tests.cluster.programs import Programs
from tests.cluster.waiting import until
from tests.operated.tenant import Tenant
from tests.world.dns.world import PLATFORM, DnsWorld, ServedZone
from tests.world.edge import Edge
from tests.world.http_faults import FaultProxy
from tests.world.loopback_certificate import self_signed
from tests.world.operator_process import ApiServer, OperatorProcess
from tests.world.operator_process_manifests import CRDS, Json, merged
from tests.world.powerdns import PowerDNS
from tests.world.program_backends import ProgramBackends

CLUSTER_NAME = "operated"

FAST: Json = {
    "clusterName": CLUSTER_NAME,
    "ingestion": {"image": "nameplate-ingestion:test", "replicas": 1},
    "pace": {"editEvery": 1, "firstHourEvery": 1, "activeEvery": 5, "failedAfter": 1},
    "release": {"quarantine": 1},
}
"""What differs from the defaults: short pauses; where the world is comes on top."""


class OperatedWorld:
    """Everything is up and the operator is ready once it is entered; all of it ends with it."""

    def __init__(
        self,
        settings: Json | None = None,
        *,
        direct: bool = False,
        played: bool = False,
        built: Programs | None = None,
        start: bool = True,
    ) -> None:
        self._built, self._direct, self._played, self._start = built, direct, played, start
        self._settings: Json = settings or {}
        self._stack = ExitStack()
        self.tenants: list[Tenant] = []

    def __enter__(self) -> Self:
        try:
            self._enter()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _enter(self) -> None:
        enter = self._stack.enter_context
        self.directory = new_directory(os.getpid(), "operated")
        self._stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.cluster = enter(ControlPlane(self._built, definitions=[CRDS]))
        self.api = enter(self.cluster.client())
        self.dns, self.powerdns = self._enter_outside()
        self.powerdns_proxy = enter(FaultProxy(self.powerdns.api_url))
        self.edge = enter(Edge(self.cluster, launcher=None if self._played else ProgramBackends()))
        address = None if self._direct else self._proxied_api()
        settings = self._all_settings({})
        self.operator = OperatorProcess(self.cluster, settings, api=address, api_key=self.powerdns.api_key)
        self._stack.callback(self.operator.close)
        self.operator.install()
        if self._start:
            self.start()

    def _enter_outside(self) -> tuple[DnsWorld, PowerDNS]:
        """Start what is outside of the cluster; it ends with this world."""
        world = self._stack.enter_context(DnsWorld())
        powerdns = PowerDNS(self.directory / "powerdns", world.platform_addresses, world.port)
        return world, self._stack.enter_context(powerdns)

    def _proxied_api(self) -> ApiServer:
        certificate = self_signed(self.directory)
        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ours.load_cert_chain(certificate)
        upstream = ssl.create_default_context(cafile=str(self.cluster.ca_file))
        self.api_proxy = self._stack.enter_context(FaultProxy(self.cluster.url, tls=ours, upstream_tls=upstream))
        return ApiServer(self.api_proxy.url, certificate)

    def _all_settings(self, over: Json) -> Json:
        place = {
            "zones": {"powerDns": {"url": self.powerdns_proxy.url, "nameserverDomain": PLATFORM}},
            "dns": {
                "rootHintsFile": str(self.dns.root_hints),
                "port": self.dns.port,
                "allowedPrivateRanges": ["127.0.0.0/8"],
            },
            "route": {"ingressClassName": self.edge.ingress_class},
            "prober": {"port": self.edge.port},
        }
        return merged(merged(merged(FAST, place), self._settings), over)

    # The operator.

    def start(self, *, wait: bool = True) -> None:
        """Start the operator's process, and wait until it is ready."""
        self.operator.start()
        if wait:
            self.operator.wait_ready()

    @contextmanager
    def kubelet(self) -> Iterator[None]:
        """Meanwhile start the operator again whenever it ends by itself: it does so when it loses its Lease."""
        over = threading.Event()

        def keep_running() -> None:
            while not over.wait(0.1):
                if self.operator.has_ended():
                    self.operator.start()

        keeper = threading.Thread(target=keep_running)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def kill(self) -> None:
        """End the operator at once."""
        self.operator.kill()

    def reconfigure(self, over: Json) -> None:
        """Restart the operator with other settings over those of this world."""
        self.operator.terminate()
        self.operator.install(self._all_settings(over))
        self.start()

    def heal(self) -> None:
        """End all faults that are in force anywhere."""
        for proxy in (self.powerdns_proxy, *([] if self._direct else [self.api_proxy])):
            proxy.heal()
            proxy.release()
        self.edge.heal()
        for server in self.dns.servers:
            server.heal()

    # Tenants.

    def tenant(
        self, *, namespace: str | None = None, granted: bool = True, host: str | None = None, name: str = "web"
    ) -> Tenant:
        """Return a tenant who has no CustomDomain yet; by default a namespace and a parent zone are made for it."""
        number = len(self.tenants) + 1
        if namespace is None:
            namespace = self.namespace(f"tenant-{number}", granted=granted)
        host = host or f"cdp.tenant-{number}.example"
        self.tenants.append(Tenant(self, namespace, name, host, self.parent_of(host)))
        return self.tenants[-1]

    def parent_of(self, host: str) -> ServedZone:
        """Return the zone above a name, on servers of its own; made if it is not there."""
        above = host.partition(".")[2]
        try:
            return self.dns[above]
        except KeyError:
            return self.dns.zone(above)

    def namespace(self, prefix: str = "tenant", *, granted: bool = True) -> str:
        """Make a namespace in which restricted Pods can run and, if granted, the operator may work."""
        name = f"{re.sub('[^a-z0-9]+', '-', prefix)[:50]}-{uuid.uuid4().hex[:6]}"
        metadata = {"name": name, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}
        self.api.post("/api/v1/namespaces", json={"metadata": metadata}).raise_for_status()
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        until(lambda: self.api.get(account).is_success, f"the default ServiceAccount of {name}")
        if granted:
            self.operator.grant(name)
        return name

    # What can be seen from outside.

    def get(self, path: str) -> dict[str, Any] | None:
        """Return an object of the API, None if there is none."""
        answer = self.api.get(path)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def audit_writes(self, since: int) -> list[AuditEvent]:
        """Return the operator's mutating requests after an audit mark, its Lease apart."""
        self.cluster.audit_mark()
        user = f"system:serviceaccount:{self.operator.namespace}:nameplate-operator"
        events = self.cluster.audit_events(since)
        lease = ("leases", "nameplate-operator")
        return [each for each in events if each.user == user and each.mutates and (each.resource, each.name) != lease]

    def zones(self) -> set[str]:
        """Return the names of all zones at PowerDNS, asked without the proxy."""
        return {str(each["name"]).rstrip(".") for each in self.at_powerdns("GET", "zones").json()}

    def zone_records(self, name: str) -> dict[tuple[str, str], list[str]]:
        """Return the record sets of a zone at PowerDNS but for its SOA: values by owner and type."""
        found = self.at_powerdns("GET", f"zones/{name}.").json()["rrsets"]
        return {
            (each["name"].rstrip("."), each["type"]): sorted(record["content"] for record in each["records"])
            for each in found
            if each["type"] != "SOA"
        }

    def at_powerdns(self, method: str, path: str, json: Any = None) -> httpx.Response:
        """Ask PowerDNS' API as its owner."""
        url = f"{self.powerdns.api_url}/api/v1/servers/localhost/{path}"
        headers = {"X-API-Key": self.powerdns.api_key}
        with httpx.Client(trust_env=False, headers=headers) as client:
            return client.request(method, url, json=json).raise_for_status()
