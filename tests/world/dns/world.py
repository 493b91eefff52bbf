"""A private DNS world on loopback: root, TLDs, customers' zones, and the platform's own servers.

    with DnsWorld() as world:
        parent = world.zone("acme.example", servers=2)           # the customer's zone, delegated from the TLD
        child = world.hosted("cdp.acme.example", token="t0k3n")  # served by the platform, not yet delegated
        world.root_hints, world.port                             # for the resolver under test
        parent.delegate("cdp", to=child.nameservers, ttl=3600)   # the customer types the NS records
        parent.servers[1].inject(faults.silent())                # tests.world.dns.faults and .forgery
        lagging = parent.fork(parent.servers[1])                 # this server's copy goes its own way
        child.remove_records("_nameplate", "TXT")                # zones are edited while they are served
        world.queries(parent, "cdp.acme.example", "NS")          # what was asked, oldest first
        parent.changes[-1].time                                  # when the zone last changed

A real PowerDNS takes the place of `hosted` by listening on `world.platform_addresses` and `world.port`; names
such as `<anything>.ns1.platform.example` lead there. Owner names are relative unless they end with a dot.
"""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import dns.name

from tests.world.dns.network import Network
from tests.world.dns.query import Fault, Query
from tests.world.dns.server import Server
from tests.world.dns.zone import Zone, absolute

PLATFORM = "platform.example"


class ServedZone(Zone):
    """A zone together with the servers that answer for it."""

    servers: list[Server]

    def fork(self, server: Server) -> Zone:
        """Give one server a copy of its own, as if zone transfer to it had stopped."""
        twin = self.copy()
        server.serve(twin)
        return twin


class DnsWorld:
    """Builds and runs one world; every server listens on `port` of an address of its own."""

    def __init__(self, directory: Path | None = None) -> None:
        self._network = Network()
        self._temporary = directory is None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="dns-world-"))
        self.zones: dict[dns.name.Name, ServedZone] = {}
        roots = {f"{letter}.root-servers.net": self.server(f"{letter}.root-servers.net") for letter in "ab"}
        self.root = self._serve(".", roots)
        self.root_hints = self.directory / "named.root"
        self.directory.mkdir(parents=True, exist_ok=True)
        self.root_hints.write_text(_hints(roots))
        self.platform = self.zone(PLATFORM, prefix="dns")
        self.platform_addresses = [self._network.address(), self._network.address()]
        self._platform_servers: list[Server] = []
        for host, address in zip(("ns1", "ns2"), self.platform_addresses, strict=True):
            self.platform.add_records(host, "A", address)
            self.platform.add_records(f"*.{host}", "A", address)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getitem__(self, name: str) -> ServedZone:
        """The zone of this origin, such as the TLD's: `world["example"]`."""
        return self.zones[dns.name.from_text(name)]

    @property
    def port(self) -> int:
        """The one port of all servers of this world."""
        return self._network.port

    @property
    def servers(self) -> list[Server]:
        return self._network.servers

    def zone(
        self,
        name: str,
        *,
        servers: int = 2,
        prefix: str = "ns",
        nameservers: Sequence[str] = (),
        on: ServedZone | None = None,
        delegated: bool = True,
    ) -> ServedZone:
        """A zone on servers of its own: `<prefix>1.<name>` ... with glue, on the given hosts, or on those of a zone.

        With `on=parent, delegated=False` it is the twin that hides a delegation at the same provider.
        """
        parent = self._parent(name)
        glue: dict[str, str] = {}
        if on is not None:
            by_host = dict(zip(on.nameservers, on.servers, strict=True))
        elif nameservers:
            by_host = {host: self.nameserver(host) for host in nameservers}
        else:
            by_host = {host: self.server(host) for host in (f"{prefix}{i + 1}.{name}" for i in range(servers))}
            glue = {host: server.address for host, server in by_host.items()}
        zone = self._serve(name, by_host)
        if delegated:
            parent.delegate(absolute(name), to=by_host, glue=glue)
        return zone

    def hosted(
        self, name: str, *, nameservers: Sequence[str] = (), token: str | None = None, label: str = "k1"
    ) -> ServedZone:
        """A child zone as the platform would make it: with the token's TXT, and not delegated.

        Served at the platform's addresses, or by the given hosts, each of which gets a server.
        """
        if nameservers:
            by_host = {host: self.nameserver(host) for host in nameservers}
        else:
            hosts = [f"{label}.ns1.{PLATFORM}", f"{label}.ns2.{PLATFORM}"]
            by_host = dict(zip(hosts, self._platform(), strict=True))
        zone = self._serve(name, by_host)
        if token is not None:
            zone.add_records("_nameplate", "TXT", f'"{token}"')
        return zone

    def server(self, name: str = "", address: str | None = None) -> Server:
        """A running server without zones, at a free address; to stand anywhere."""
        return self._network.server(name, address)

    def nameserver(self, host: str) -> Server:
        """A running server whose address is published under this host name."""
        # First the host's own domain: its servers may be the very one that is asked for.
        self._parent(host, registrable=True)
        known = next((server for server in self.servers if server.name == host), None)
        if known is not None:
            return known
        server = self.server(host)
        self.publish(host, "A", server.address)
        return server

    def publish(self, name: str, rdtype: str, *values: str) -> None:
        """Add records to the deepest zone that holds the name; makes `x.example` if there is none."""
        self._parent(name, registrable=True).add_records(absolute(name), rdtype, *values)

    def queries(
        self, of: Server | ServedZone | None = None, name: str | None = None, rdtype: str | None = None
    ) -> list[Query]:
        """What one server, the servers of one zone, or all were asked, oldest first."""
        servers = self.servers if of is None else [of] if isinstance(of, Server) else of.servers
        return sorted((q for server in servers for q in server.queries(name, rdtype)), key=lambda query: query.time)

    def inject(self, fault: Fault, *, name: str | None = None, rdtype: str | None = None) -> None:
        """Put a fault in force on every server."""
        for server in self.servers:
            server.inject(fault, name=name, rdtype=rdtype)

    def set_latency(self, seconds: float) -> None:
        """Delay every answer of every present server: the round trip of a real network."""
        for server in self.servers:
            server.latency = seconds

    def forget_queries(self) -> None:
        """Empty every query log."""
        for server in self.servers:
            server.log.clear()

    def close(self) -> None:
        """Stop every server; the hints file goes too unless a directory was given."""
        self._network.close()
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _serve(self, name: str, by_host: dict[str, Server]) -> ServedZone:
        zone = ServedZone(absolute(name), nameservers=by_host)
        zone.servers = list(by_host.values())
        for host, server in by_host.items():
            server.serve(zone)
            if dns.name.from_text(host).is_subdomain(zone.origin):
                zone.add_records(absolute(host), "A", server.address)
        self.zones[zone.origin] = zone
        return zone

    def _parent(self, name: str, *, registrable: bool = False) -> ServedZone:
        """The deepest zone strictly above, with its TLD (and its registrable domain) made if need be."""
        wanted = dns.name.from_text(name)
        tld = wanted.split(2)[1]
        if len(wanted) > 2 and tld not in self.zones:
            self.zone(str(tld).rstrip("."))
        domain = wanted.split(3)[1] if len(wanted) > 3 else tld
        if registrable and domain not in self.zones:
            self.zone(str(domain).rstrip("."))
        above = [zone for origin, zone in self.zones.items() if wanted != origin and wanted.is_subdomain(origin)]
        return max(above, key=lambda zone: len(zone.origin))

    def _platform(self) -> list[Server]:
        if not self._platform_servers:
            hosts = ("ns1", "ns2")
            pairs = zip(hosts, self.platform_addresses, strict=True)
            self._platform_servers = [self.server(f"{host}.{PLATFORM}", address) for host, address in pairs]
        return self._platform_servers


def _hints(roots: dict[str, Server]) -> str:
    lines = [f".  3600000  NS  {host}.\n{host}.  3600000  A  {server.address}\n" for host, server in roots.items()]
    return "; root servers of a private world\n" + "".join(lines)
