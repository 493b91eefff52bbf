"""The shape of a row: a DNS world, what is asked about it, and by hand what must be said of it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.world.dns.world import DnsWorld

NAME = "cdp.acme.example"
NS1, NS2 = OURS = ("k1.ns1.platform.example", "k1.ns2.platform.example")
TOKEN = "t0k3n"
DS_OF_THE_ZONE, DS_OF_ANOTHER = "<DS of the zone's key>", "<DS of another key>"
"""Stand for DS values, whose keys are drawn anew in each world."""

Row = tuple[str, str, str, str, tuple[str, ...], int]
"""A record: action, name, relative name, type, values, TTL."""
Build = Callable[[DnsWorld], None]


@dataclass(frozen=True)
class Shown:
    """A problem as it must be shown, with the records of its own."""

    reason: str
    severity: str
    records: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Case:
    """One world with its expectation: ``records`` are the primary problem's, ``also`` is what comes behind it."""

    build: Build
    verdict: str
    reason: str
    records: tuple[Row, ...] = ()
    also: tuple[Shown, ...] = ()
    name: str = NAME
    nameservers: tuple[str, ...] = OURS
    token: str | None = TOKEN
    zone: str = "acme.example"
    homeless: tuple[str, ...] = ()
    """The parent's servers, where their addresses cannot be had."""
    says: str = ""
    """A part of the message, for what only words can tell."""

    @property
    def problems(self) -> tuple[Shown, ...]:
        """Every problem, in the order in which they must be told."""
        severity = {"False": "Blocking", "Unknown": "Unknown"}.get(self.verdict)
        primary = (Shown(self.reason, severity, self.records),) if severity else ()
        return (*primary, *self.also)

    @property
    def title(self) -> str:
        """The builder's docstring: the world in a sentence."""
        return (self.build.__doc__ or "").split("\n")[0].rstrip(".")


class Table:
    """Collects the rows of one group."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def true(self, reason: str = "Delegated", **expectation: object) -> Callable[[Build], Build]:
        """A world in which the name is delegated: whatever there is to tell is a warning."""
        return self._row("True", reason, **expectation)

    def false(self, reason: str, **expectation: object) -> Callable[[Build], Build]:
        """A world in which it is not, and a person has to mend something."""
        return self._row("False", reason, **expectation)

    def unknown(self, reason: str, **expectation: object) -> Callable[[Build], Build]:
        """A world that could not be looked at."""
        return self._row("Unknown", reason, **expectation)

    def _row(self, verdict: str, reason: str, **expectation: object) -> Callable[[Build], Build]:
        def register(build: Build) -> Build:
            self.cases.append(Case(build, verdict, reason, **expectation))  # type: ignore[arg-type]
            return build

        return register


def add(*values: str, name: str = NAME, relative: str = "cdp", rdtype: str = "NS") -> Row:
    """A record that must be added."""
    return "Add", name, relative, rdtype, values, 3600


def remove(*values: str, name: str = NAME, relative: str = "cdp", rdtype: str = "NS", ttl: int = 300) -> Row:
    """A record that must be removed; the worlds' records have a TTL of 300 unless they say otherwise."""
    return "Remove", name, relative, rdtype, values, ttl


def blocking(reason: str, *records: Row) -> Shown:
    """A problem that a person has to mend, behind the primary one."""
    return Shown(reason, "Blocking", records)


def unknown(reason: str, *records: Row) -> Shown:
    """Something that could not be seen."""
    return Shown(reason, "Unknown", records)


def warning(reason: str, *records: Row) -> Shown:
    """A problem that changes no verdict."""
    return Shown(reason, "Warning", records)
