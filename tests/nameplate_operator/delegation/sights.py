"""Facts and answers for tables: the delegation of cdp.acme.com as two parent servers and two of ours show it."""

from typing import Any

from nameplate_operator.delegation.facts import (
    ChildAnswer,
    Facts,
    Host,
    HostState,
    ParentAnswer,
    Service,
    View,
)
from nameplate_operator.ports import Server

TOKEN = "t0k3n"
NAME, ZONE = "cdp.acme.com", "acme.com"
OURS = ("k1.ns1.nameplate.example", "k1.ns2.nameplate.example")
PARENTS = (Server("ns1.acme.com", "192.0.2.1"), Server("ns2.acme.com", "192.0.2.2"))
SERVERS = (Server(OURS[0], "192.0.2.11"), Server(OURS[1], "192.0.2.12"))


def parent(index: int, view: View, *nameservers: str, ttl: int = 300, **more: Any) -> ParentAnswer:
    """What one of the parent's servers said."""
    return ParentAnswer(PARENTS[index], view, nameservers, ttl, **more)


def parents(view: View, *nameservers: str, ttl: int = 300, **more: Any) -> tuple[ParentAnswer, ...]:
    """The same of both."""
    return tuple(parent(index, view, *nameservers, ttl=ttl, **more) for index in range(2))


def child(index: int, service: Service = Service.AUTHORITATIVE, token: str = TOKEN, **more: Any) -> ChildAnswer:
    """What one of our servers said."""
    if service is Service.AUTHORITATIVE:
        more = {"nameservers": OURS, "texts": (token,)} | more
    return ChildAnswer(SERVERS[index], service, **more)


def hosts(*servers: Server) -> tuple[Host, ...]:
    """Name servers whose addresses were found."""
    return tuple(Host(server.name, HostState.FOUND, (server.address,)) for server in servers)


def facts(**changes: Any) -> Facts:
    """A healthy delegation, but for the changes."""
    healthy: dict[str, Any] = {
        "name": NAME,
        "zone": ZONE,
        "reached": True,
        "parents": parents(View.REFERRAL, *OURS),
        "hosts": hosts(*SERVERS),
        "children": (child(0), child(1)),
        "ds": (),
    }
    return Facts(**(healthy | changes))


def absent(view: View = View.NXDOMAIN, **changes: Any) -> Facts:
    """A name that the parent does not delegate."""
    return facts(**({"parents": parents(view), "hosts": (), "children": (), "ds": None} | changes))
