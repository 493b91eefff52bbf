"""The rows of ``status.records``: what a person must add or remove for a delegation, and whether it is there."""

from collections.abc import Iterator
from typing import Any, Literal

from nameplate_api.conditions import Truth
from nameplate_api.custom_domain_status import DnsRecord
from nameplate_api.hostname import LONGEST_HOST, registrable
from nameplate_operator.delegation.diagnosis import Case
from nameplate_operator.delegation.problem import TTL, Action, Conclusion, Record, bounded

_MOST_FOUND = 32

State = Literal["Pending", "Present", "Unknown"]


def rows(case: Case, conclusion: Conclusion) -> list[dict[str, Any]]:
    """Return the NS record with its state, then whatever else a problem asks for."""
    found = tuple(value[:512] for value in sorted(case.found)[:_MOST_FOUND])
    delegation = DnsRecord(
        purpose="Delegation",
        action="Add",
        name=case.facts.name,
        relative_name=_relative(case),
        type="NS",
        values=bounded(case.nameservers),
        ttl=TTL,
        state=_state(case, conclusion),
        found=found,
    )
    return [row.model_dump(mode="json", by_alias=True) for row in (delegation, *_others(case, conclusion))]


def _state(case: Case, conclusion: Conclusion) -> State:
    if case.best is None and conclusion.truth is Truth.UNKNOWN:
        return "Unknown"
    return "Present" if case.expected <= case.found else "Pending"


def _relative(case: Case) -> str:
    """Return the name relative to its parent zone, or to the registrable domain while that zone is not found."""
    name = case.facts.name
    if case.facts.reached:
        return case.host_label
    return name.removesuffix(f".{registrable(name)}")


def _others(case: Case, conclusion: Conclusion) -> Iterator[DnsRecord]:
    for record in conclusion.records:
        is_delegation = (record.action, record.type, record.name) == (Action.ADD, "NS", case.facts.name)
        if not is_delegation and len(record.name) <= LONGEST_HOST:
            yield _row(record)


def _row(record: Record) -> DnsRecord:
    removal = record.action is Action.REMOVE
    return DnsRecord(
        purpose="DNSSEC" if record.type == "DS" else "Delegation",
        action="Remove" if removal else "Add",
        name=record.name,
        relative_name=record.relative_name,
        type=record.type,
        values=record.values,
        ttl=record.ttl,
        state="Pending",
        found=record.values if removal else (),
    )
