"""What one side of the benchmark needed, and the table that puts two of them side by side."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.usage import Usage
from tests.cluster.audit import AuditEvent

_MIB = 1024 * 1024
_LEASE = ("leases", "nameplate-operator")


@dataclass(frozen=True)
class Figures:
    """One side: its usage before and after, the seconds it took, and its requests by the API server's audit log."""

    before: Usage
    after: Usage
    seconds: float
    writes: Counter[str]
    reads: int

    @property
    def cpu(self) -> float:
        """CPU seconds that the work took."""
        return self.after.cpu - self.before.cpu

    @classmethod
    def of(cls, before: Usage, after: Usage, seconds: float, events: Iterable[AuditEvent]) -> "Figures":
        """Count the requests, watches and the operator's Lease apart."""
        writes: Counter[str] = Counter()
        reads = 0
        for event in events:
            if (event.resource, event.name) == _LEASE or event.verb == "watch":
                continue
            if event.mutates:
                writes[f"{event.resource}/{event.subresource}" if event.subresource else event.resource] += 1
            else:
                reads += 1
        return cls(before, after, seconds, writes, reads)


Row = tuple[str, Callable[[Figures], float], int]


def table(operator: Figures, client: Figures, domains: int, passes: int) -> str:
    """Return the two sides as a Markdown table."""
    rows: list[Row] = [
        ("CPU per domain, ms", lambda each: each.cpu / domains * 1000, 1),
        ("CPU, s", lambda each: each.cpu, 2),
        ("Resident memory at the start, MiB", lambda each: each.before.resident / _MIB, 1),
        ("Resident memory at most, MiB", lambda each: each.after.peak / _MIB, 1),
        ("Growth per domain, KiB", lambda each: (each.after.peak - each.before.resident) / domains / 1024, 1),
        ("Writes per domain", lambda each: each.writes.total() / domains, 2),
        *(_writes(resource, domains) for resource in sorted(operator.writes | client.writes)),
        ("Reads per domain", lambda each: each.reads / domains, 2),
        ("Passes per domain", lambda each: passes / domains if each is operator else 0, 2),
        ("Seconds from the first write to the last", lambda each: each.seconds, 1),
    ]
    lines = [_line(what, value(operator), value(client), digits) for what, value, digits in rows]
    return "\n".join(["| | operator | tight client | ratio |", "|---|---:|---:|---:|", *lines])


def _writes(resource: str, domains: int) -> Row:
    return f"– {resource}", lambda each: each.writes[resource] / domains, 2


def _line(what: str, operator: float, client: float, digits: int) -> str:
    ratio = f"{operator / client:.1f}" if client else "–"
    return f"| {what} | {operator:.{digits}f} | {client:.{digits}f} | {ratio} |"
