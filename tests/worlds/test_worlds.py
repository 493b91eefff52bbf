"""Every world through the real adapter, and through the command: verdict, primary reason, severity, records."""

import re
from collections.abc import Callable
from typing import Any

import dns.name
import pytest
from dns.rdatatype import RdataType

from tests.world.dns.world import DnsWorld
from tests.worlds import absence, child_servers, dnssec, healthy, nameserver_sets, parent_zone, zones_above
from tests.worlds.asking import arguments, command, look
from tests.worlds.table import DS_OF_ANOTHER, DS_OF_THE_ZONE, Case, Row, Shown

GROUPS = (healthy, parent_zone, zones_above, absence, nameserver_sets, child_servers, dnssec)
CASES = [case for group in GROUPS for case in group.table.cases]
EXIT = {"True": 0, "False": 1, "Unknown": 2}
OPERATORS_WORDS = re.compile(r"\b(we|us|ours?)\b", re.IGNORECASE)
"""A command that looks once, for anybody, has no name servers of its own and does not keep trying."""
INSTRUCTION = re.compile(
    r"(?:^|[.:;,] |[.:] Platform team: |Whoever runs it: |then |Please |or )"
    r"(?:add|allow|ask|choose|correct|delete|enter|give|let|list|lower|make|open|put|remove|replace|restore|retire|sign|use)\b"
    r"|Whoever hosts \S+ has to ",
    re.IGNORECASE,
)
"""What was seen is half a message: the other half is what to do."""
GRAVEST_FIRST = ("Blocking", "Unknown", "Warning")


def rows(records: list[dict[str, Any]], ds: dict[str, str]) -> tuple[Row, ...]:
    """JSON records as rows of the table, in which each DS value of the world has a name."""
    return tuple(
        (r["action"], r["name"], r["relativeName"], r["type"], tuple(ds.get(v, v) for v in r["values"]), r["ttl"])
        for r in records
    )


def ds_names(world: DnsWorld, case: Case) -> dict[str, str]:
    """Return what the table calls each DS value: that of the zone's own key, or another that the parent holds."""
    name, zones = dns.name.from_text(case.name), world.zones.values()
    own = {zone.signing.ds() for zone in zones if zone.origin == name and zone.signing is not None}
    held = {str(value) for zone in zones for value in zone.nodes.get(name, {}).get(RdataType.DS, ())}
    return dict.fromkeys(held - own, DS_OF_ANOTHER) | dict.fromkeys(own, DS_OF_THE_ZONE)


def compare(seen: dict[str, Any], case: Case, world: DnsWorld) -> None:
    assert (seen["verdict"], seen["reason"]) == (case.verdict, case.reason), seen
    ds = ds_names(world, case)
    problems = tuple(Shown(p["reason"], p["severity"], told(rows(p["records"], ds), case)) for p in seen["problems"])
    assert problems == case.problems
    severities = [problem.severity for problem in problems]
    assert severities == sorted(severities, key=GRAVEST_FIRST.index)
    assert case.verdict != "True" or set(severities) <= {"Warning"}
    every = tuple(dict.fromkeys(record for problem in case.problems for record in problem.records))
    assert told(rows(seen["records"], ds), case) == every
    if problems:
        assert seen["problems"][0]["message"] in seen["message"]
    assert case.says in seen["message"]
    for problem in seen["problems"]:
        assert INSTRUCTION.search(problem["message"]), problem["message"]
    assert not any(OPERATORS_WORDS.search(problem["message"]) for problem in seen["problems"])
    assert seen["parent"]["zone"] == case.zone


def parents(world: DnsWorld, case: Case) -> set[tuple[str, str]]:
    """Return the names and addresses of the parent zone's servers, as the world has them."""
    if case.homeless:
        return {(host, "") for host in case.homeless}
    parent = world[case.zone or "."]
    return {(host, server.address) for host, server in zip(parent.nameservers, parent.servers, strict=True)}


def told(records: tuple[Row, ...], case: Case) -> tuple[Row, ...]:
    """Return the rows without the one whose value is an address, which is drawn anew in each world."""
    if case.build is not absence.server_in_an_address:
        return records
    assert records[0][:4] == ("Remove", case.name, "cdp", "A")
    return records[1:]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.build.__name__)
async def test_the_operator_says_what_is_wrong(case: Case, dns_world: Callable[[], DnsWorld]) -> None:
    world = dns_world()
    case.build(world)
    seen = await look(world, case.name, case.nameservers, case.token)
    compare(seen, case, world)
    assert {(row["name"], row["address"]) for row in seen["parent"]["servers"]} == parents(world, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.build.__name__)
def test_the_command_says_what_is_wrong(
    case: Case, dns_world: Callable[[], DnsWorld], capsys: pytest.CaptureFixture[str]
) -> None:
    world = dns_world()
    case.build(world)
    code, seen = command(capsys, *arguments(world, case.name, case.nameservers, case.token))
    assert code == EXIT[case.verdict]
    compare(seen, case, world)


def test_there_is_a_world_for_every_reason_of_the_steps() -> None:
    seen = {case.reason for case in CASES} | {problem.reason for case in CASES for problem in case.problems}
    assert len(CASES) >= 40
    assert seen >= STEPS


STEPS = {
    "AncestorNotFound",
    "ParentUnreachable",
    "ParentLame",
    "ParentInconsistent",
    "DelegationMissing",
    "NameDoubled",
    "WrongRecordType",
    "OtherRecordsOnly",
    "CNAMEAtDelegationPoint",
    "DNAMEAbove",
    "WildcardAnswer",
    "NSMissingTrailingDot",
    "NSMisspelt",
    "DelegationElsewhere",
    "DelegationMixed",
    "DelegationExtraNS",
    "DelegationIncomplete",
    "NSTTLHigh",
    "ParentServesChild",
    "GlueMismatch",
    "WrongZoneAnswers",
    "NSUnresolvable",
    "NSIsAlias",
    "LameRefused",
    "LameServfail",
    "LameNXDOMAIN",
    "LameUpwardReferral",
    "NotAuthoritative",
    "NSTimeout",
    "TCPBlocked",
    "EgressBlocked",
    "ChildNSMismatch",
    "DSWithoutSignedChild",
    "DSMismatch",
    "DSMissing",
    "SignatureExpired",
    "Delegated",
    "DelegatedPartially",
}
"""The reasons of steps 1 to 8; those of step 0 are told without a single query."""
