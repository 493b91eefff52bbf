"""What one look at a delegation saw, as values: no judgement, and nothing about what was expected."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from nameplate_operator.delegation.words import listed
from nameplate_operator.ports import Server


class Why(StrEnum):
    """Why a server said nothing usable."""

    TIMEOUT = "no answer in time"
    TCP_BLOCKED = "the answer needs TCP, and TCP fails"
    NO_ROUTE = "no route to this address"
    NOT_ASKED = "an address of a special-purpose range, not asked"
    NO_ADDRESS = "the name server has no address"


@dataclass(frozen=True, slots=True)
class Silence:
    """No usable answer."""

    why: Why


class View(StrEnum):
    """What a server of a zone said to the question for a name's NS records."""

    REFERRAL = "refers to"
    HOSTED = "serves the zone itself, with"
    NXDOMAIN = "NXDOMAIN"
    NODATA = "no NS records"
    ALIAS = "alias of"
    DNAME = "redirected by the DNAME at"
    LAME = "does not serve the zone:"
    FAILED = "failed:"
    SILENT = "silent:"


HEARD = frozenset({View.REFERRAL, View.HOSTED, View.NXDOMAIN, View.NODATA, View.ALIAS, View.DNAME})
"""The views of a server that serves the zone it was asked about."""
ABSENT = frozenset({View.NXDOMAIN, View.NODATA})


@dataclass(frozen=True, slots=True)
class ParentAnswer:
    """One server's view; ``detail`` is where an alias leads, the owner of a DNAME, or what went wrong in words.

    ``why`` it is silent, if it is. ``glue`` holds (host, address) pairs within the zone of the server that gave them.
    """

    server: Server
    view: View
    nameservers: tuple[str, ...] = ()
    ttl: int = 0
    detail: str = ""
    why: Why | None = None
    glue: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """Return the answer in words."""
        return f"{self.view} {listed(self.nameservers) or self.detail}".strip()


@dataclass(frozen=True, slots=True)
class Found:
    """Records seen where they explain an absence."""

    type: str
    values: tuple[str, ...]
    ttl: int
    wildcard: bool = False
    """A name that nobody can have made answers the same."""


@dataclass(frozen=True, slots=True)
class Absence:
    """What was found instead of a delegation."""

    doubled: Found | None = None
    """NS records at ``<name>.<zone>``."""
    others: tuple[Found, ...] = ()
    """Other records at the name."""


class HostState(StrEnum):
    """What became of looking up a name server's addresses."""

    FOUND = "found"
    ABSENT = "has no address"
    UNKNOWN = "could not be looked up"


@dataclass(frozen=True, slots=True)
class Host:
    """A name server's addresses; ``alias`` is where a CNAME at its name leads."""

    name: str
    state: HostState
    addresses: tuple[str, ...] = ()
    alias: str = ""
    whole: bool = True
    """False where the addresses of one family could not be asked for."""

    @property
    def servers(self) -> Iterator[Server]:
        """Yield it once per address."""
        return (Server(self.name, address) for address in self.addresses)


class Service(StrEnum):
    """What a listed name server said to the question for the name's SOA."""

    AUTHORITATIVE = "answers as the zone's own server"
    NOT_AUTHORITATIVE = "answers without authority"
    REFUSED = "refuses"
    FAILED = "fails"
    DENIED = "has no zone of that name"
    REFERS_AWAY = "refers elsewhere"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Signature:
    """When an RRSIG is valid."""

    inception: datetime
    expiration: datetime


@dataclass(frozen=True, slots=True)
class ChildAnswer:
    """What one address of a listed name server said; None stands for what it would not say."""

    server: Server
    service: Service
    detail: str = ""
    why: Why | None = None
    nameservers: tuple[str, ...] | None = None
    texts: tuple[str, ...] | None = None
    signatures: tuple[Signature, ...] = ()

    @property
    def said(self) -> str:
        """Return the answer in words."""
        return f"{self.service}: {self.detail}" if self.detail else str(self.service)


@dataclass(frozen=True, slots=True)
class Facts:
    """One look at the delegation of ``name``."""

    name: str
    zone: str = ""
    """The deepest zone strictly above the name that was found."""
    reached: bool = False
    """``zone`` is the parent: nothing kept us from looking further down."""
    missing: str = ""
    """The topmost name above that does not exist."""
    parents: tuple[ParentAnswer, ...] = ()
    glue_mismatch: tuple[str, ...] = ()
    """Name servers of ``zone`` whose addresses above it differ from their own."""
    own_glue_mismatch: tuple[str, ...] = ()
    """Name servers within ``name`` whose addresses in ``zone`` differ from their own."""
    absence: Absence = field(default_factory=Absence)
    hosts: tuple[Host, ...] = ()
    children: tuple[ChildAnswer, ...] = ()
    ds: tuple[str, ...] | None = None
    """DS values at the parent; None if they could not be seen."""
    ds_ttl: int = 0
    ds_signatures: tuple[Signature, ...] = ()
    keys: tuple[str, ...] | None = None
    """DNSKEY values of the child; None if they could not be seen or did not matter."""
    heard: bool = True
    """Some server somewhere answered."""
