"""Writes the outcome of ``nameplate check``: JSON for programs, text for a terminal; nothing raw from the network."""

from collections.abc import Iterable, Iterator
from typing import Any

from nameplate_api.conditions import Truth
from nameplate_api.text import printable
from nameplate_operator.delegation.facts import Facts
from nameplate_operator.delegation.problem import Action, Conclusion, Problem, Record
from nameplate_operator.ports import Server

_WIDEST = 60
_HEADINGS = {
    Action.REMOVE: "Remove at the parent zone",
    Action.ADD: "Add at the parent zone",
}


def as_json(conclusion: Conclusion, facts: Facts) -> dict[str, Any]:
    """Return the outcome as JSON values."""
    return {
        "name": facts.name,
        "verdict": str(conclusion.truth),
        "reason": str(conclusion.reason),
        "message": conclusion.message,
        "problems": [_problem(problem) for problem in conclusion.problems],
        "records": [_record(record) for record in conclusion.records],
        "parent": {
            "zone": facts.zone,
            "servers": [_answer(answer.server, answer.said) for answer in facts.parents],
        },
        "nameservers": [_answer(child.server, child.said) for child in facts.children],
    }


def as_text(conclusion: Conclusion, facts: Facts) -> str:
    """Return the outcome for a person: the primary problem, what to do, what each server said."""
    lines = [f"{facts.name}: {_VERDICTS[conclusion.truth]} ({conclusion.reason})", conclusion.message]
    if conclusion.truth is Truth.UNKNOWN:
        lines.append("Nothing is known of the delegation yet: try again later, or from another network.")
    for action, heading in _HEADINGS.items():
        lines += _table(heading, [record for record in conclusion.records if record.action is action])
    others = conclusion.problems[1:]
    if others:
        lines += ["", "Also seen:", *(f"  {problem.severity}: {problem.message}" for problem in others)]
    asked = [_answer(answer.server, answer.said) for answer in facts.parents]
    lines += _servers(f"Name servers of the parent zone {facts.zone or '(the root)'}:", asked)
    lines += _servers(f"Name servers of {facts.name}:", [_answer(c.server, c.said) for c in facts.children])
    return "\n".join(printable(line) for line in lines)


_VERDICTS = {
    Truth.TRUE: "delegated",
    Truth.FALSE: "not delegated as it should be",
    Truth.UNKNOWN: "could not be looked at",
}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "reason": str(problem.reason),
        "severity": str(problem.severity),
        "message": printable(problem.message),
        "records": [_record(record) for record in problem.records],
    }


def _record(record: Record) -> dict[str, Any]:
    return {
        "action": str(record.action),
        "name": printable(record.name),
        "relativeName": printable(record.relative_name),
        "type": record.type,
        "values": [printable(value) for value in record.values],
        "ttl": record.ttl,
    }


def _answer(server: Server, said: str) -> dict[str, str]:
    return {"name": printable(server.name), "address": printable(server.address), "answer": printable(said)}


def _table(heading: str, records: Iterable[Record]) -> Iterator[str]:
    """Yield the records as lines of a zone file, which editors that import such lines take as they are."""
    rows = [(f"{r.name}.", str(r.ttl), "IN", r.type, _as_in_a_zone_file(r.type, v)) for r in records for v in r.values]
    if not rows:
        return
    widths = [min(max(len(row[column]) for row in rows), _WIDEST) for column in range(4)]
    yield from ("", f"{heading}:")
    for row in rows:
        yield "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])


def _as_in_a_zone_file(type_: str, value: str) -> str:
    if type_ in ("NS", "CNAME"):
        return f"{value.rstrip('.')}."
    return f'"{value}"' if type_ == "TXT" else value


def _servers(heading: str, rows: list[dict[str, str]]) -> Iterator[str]:
    if not rows:
        return
    yield from ("", heading)
    wide, wider = (max(len(row[key]) for row in rows) for key in ("name", "address"))
    for row in rows:
        yield f"  {row['name'].ljust(min(wide, _WIDEST))}  {row['address'].ljust(wider)}  {row['answer']}"
