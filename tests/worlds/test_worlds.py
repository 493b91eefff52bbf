"""Every world through the real adapter, and through the command: verdict, primary reason, severity, records."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.world.dns.world import DnsWorld
from tests.worlds import absence, child_servers, dnssec, healthy, nameserver_sets, parent_zone, zones_above
from tests.worlds.asking import arguments, command, look
from tests.worlds.table import Case, Row

GROUPS = (healthy, parent_zone, zones_above, absence, nameserver_sets, child_servers, dnssec)
CASES = [case for group in GROUPS for case in group.table.cases]
EXIT = {"True": 0, "False": 1, "Unknown": 2}
_DS = re.compile(r"[0-9]+ 13 2 [0-9a-f]{64}")


def rows(records: list[dict[str, Any]], *, ds: bool) -> tuple[Row, ...]:
    """JSON records as rows of the table."""

    def value(text: str) -> str:
        return _DS.sub("<DS>", text) if ds else text

    return tuple(
        (r["action"], r["name"], r["relativeName"], r["type"], tuple(value(v) for v in r["values"]), r["ttl"])
        for r in records
    )


def compare(seen: dict[str, Any], case: Case) -> None:
    assert (seen["verdict"], seen["reason"]) == (case.verdict, case.reason), seen
    problems = seen["problems"]
    blocking = () if case.verdict == "True" else (case.reason,)
    assert tuple(p["reason"] for p in problems) == (*blocking, *case.also), problems
    if case.severity:
        assert problems[0]["severity"] == case.severity
        assert problems[0]["message"] in seen["message"]
    assert case.says in seen["message"]
    found = rows(seen["records"], ds=case.ds)
    if case.build is absence.server_in_an_address:
        # The address is drawn anew in each world.
        assert found[0][:2] == ("Remove", case.name)
        assert found[0][3] == "A"
        found = found[1:]
    assert found == case.records
    assert seen["parent"]["zone"] == case.zone


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.build.__name__)
async def test_the_operator_says_what_is_wrong(case: Case, dns_world: Callable[[], DnsWorld]) -> None:
    world = dns_world()
    case.build(world)
    compare(await look(world, case.name, case.nameservers, case.token), case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.build.__name__)
def test_the_command_says_what_is_wrong(
    case: Case, dns_world: Callable[[], DnsWorld], capsys: pytest.CaptureFixture[str]
) -> None:
    world = dns_world()
    case.build(world)
    code, seen = command(capsys, *arguments(world, case.name, case.nameservers, case.token))
    assert code == EXIT[case.verdict]
    compare(seen, case)


def test_there_is_a_world_for_every_reason_of_the_steps() -> None:
    seen = {case.reason for case in CASES} | {reason for case in CASES for reason in case.also}
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
