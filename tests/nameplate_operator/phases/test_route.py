"""Routed: what is decided from the Ingress and the zone."""

from dataclasses import replace
from typing import Any

import pytest

from nameplate_api.conditions import Condition, Reason, Truth
from nameplate_operator.changes import ApplyChild, WriteRecords
from nameplate_operator.children.drift import sealed
from nameplate_operator.children.ingress import ingress
from nameplate_operator.children.snippets_map import snippets_map
from nameplate_operator.phase import Decision, Streak, Verdict, Was
from nameplate_operator.phases.route import Route, Routing
from nameplate_operator.ports import RecordSet, Zone
from tests.nameplate_operator.builders import a_condition, a_domain, memory_ports, settings
from tests.nameplate_operator.memory_ports import EPOCH

NAME = "cdp.acme.com"
ONE, TWO, SIX = "192.0.2.1", "192.0.2.2", "2001:db8::1"
ENDPOINTS = {
    "endpoints": {"trackingAPI": "https://api.cdp.acme.com", "cdn": "https://cdn.cdp.acme.com"},
    "snippets": {"configMap": "web-snippets"},
}
KEPT = "The address records stay as they are."
# Its content is test_ingress.py's matter.
WANTED = sealed(ingress(a_domain(), settings().route))
LIVE = WANTED | {"metadata": WANTED["metadata"] | {"uid": "uid-ingress"}}
EDITED = LIVE | {"spec": LIVE["spec"] | {"tls": []}}
# Theirs is test_route_snippets.py's.
SNIPPETS = sealed(snippets_map(a_domain()))
MAKE = ApplyChild(manifest=WANTED, first=True)
MEND = ApplyChild(manifest=LIVE)


def records(*addresses: str, ttl: int = 300, type_: str = "A") -> tuple[RecordSet, ...]:
    return tuple(RecordSet(f"{host}{NAME}", type_, ttl, addresses) for host in ("", "api.", "cdn."))


def zone(*sets: RecordSet) -> Zone:
    own = RecordSet(NAME, "NS", 3600, ("x7.ns1.example",))
    theirs = (RecordSet(NAME, "MX", 60, ("10 mail.acme.com.",)), RecordSet(f"www.{NAME}", "A", 60, ("192.0.2.99",)))
    return Zone(f"{NAME}.", NAME, ("x7.ns1.example",), (own, *theirs, *sets))


BARE, AT_ONE, AT_TWO = zone(), zone(*records(ONE)), zone(*records(TWO))


def verdict(truth: Truth, reason: Reason, message: str, **flags: bool) -> Verdict:
    return Verdict(truth, reason, message, **flags)


def programmed(*addresses: str) -> Verdict:
    return verdict(Truth.TRUE, Reason.PROGRAMMED, f"The address records lead to {', '.join(addresses)}.")


def pending(*addresses: str) -> Verdict:
    message = f"The address records are being changed to {', '.join(addresses)}."
    return verdict(Truth.FALSE, Reason.RECORDS_PENDING, message)


def awaiting(message: str) -> Verdict:
    return verdict(Truth.FALSE, Reason.AWAITING_ADDRESS, message)


FOLLOWING = verdict(Truth.TRUE, Reason.PROGRAMMED, "The address records follow lb.cloud.example.")
NO_ADDRESS = "The Ingress shows no address; its controller gives it one."
NO_HOST = (
    "The Ingress shows the host name lb.cloud.example, for which no address was found. Look at the ingress controller."
)
FOREIGN = verdict(
    Truth.FALSE,
    Reason.NAME_CONFLICT,
    "Ingress acme/web-ingestion exists and does not belong to this CustomDomain. Delete or rename one of the two.",
    stalled=True,
)
LB = ("lb.cloud.example",)
TRUE = Condition.model_validate(a_condition("Routed", "True", "Programmed"))
UNKNOWN = Condition.model_validate(a_condition("Routed", "Unknown", "Waiting"))


def publish(into: Zone, *upserts: RecordSet, deletions: tuple[RecordSet, ...] = (), first: bool = False) -> Any:
    return WriteRecords(zone=into, upserts=upserts, deletions=deletions, first=first)


HAND_EDITED = zone(replace(records(ONE)[0], values=(TWO,)), *records(ONE)[1:])
HAND_DELETED = zone(*records(ONE)[:2])
BOTH = zone(*records(ONE), *records(SIX, type_="AAAA"))
LOW_TTL = zone(*records(ONE, ttl=30))


@pytest.mark.parametrize(
    ("seen", "before", "expected"),
    [
        pytest.param(
            Routing(None, (), (), BARE),
            UNKNOWN,
            Decision(awaiting("The Ingress is being made."), (MAKE,), recheck_after=10.0),
            id="no Ingress yet",
        ),
        pytest.param(
            Routing(LIVE, (), (), BARE),
            UNKNOWN,
            Decision(awaiting(NO_ADDRESS), recheck_after=10.0),
            id="no address yet",
        ),
        pytest.param(
            Routing(LIVE, (ONE,), (), BARE),
            UNKNOWN,
            Decision(pending(ONE), (publish(BARE, *records(ONE), first=True),)),
            id="an address: published for the first time",
        ),
        pytest.param(Routing(LIVE, (ONE,), (), AT_ONE), TRUE, Decision(programmed(ONE), (), ENDPOINTS), id="settled"),
        pytest.param(
            Routing(LIVE, (ONE, SIX), (), AT_ONE),
            TRUE,
            Decision(pending(ONE, SIX), (publish(AT_ONE, *records(SIX, type_="AAAA")),), ENDPOINTS),
            id="an address of the other family is added",
        ),
        pytest.param(
            Routing(LIVE, (TWO,), (), BOTH),
            TRUE,
            Decision(pending(TWO), (publish(BOTH, *records(TWO), deletions=records(SIX, type_="AAAA")),), ENDPOINTS),
            id="moved: new ones put and old ones removed in one write",
        ),
        pytest.param(
            Routing(LIVE, (ONE,), (), HAND_EDITED),
            TRUE,
            Decision(pending(ONE), (publish(HAND_EDITED, records(ONE)[0]),), ENDPOINTS),
            id="edited by hand",
        ),
        pytest.param(
            Routing(LIVE, (ONE,), (), HAND_DELETED),
            TRUE,
            Decision(pending(ONE), (publish(HAND_DELETED, records(ONE)[2]),), ENDPOINTS),
            id="deleted by hand",
        ),
        pytest.param(
            Routing(LIVE, (ONE,), (), LOW_TTL),
            TRUE,
            Decision(programmed(ONE), (publish(LOW_TTL, *records(ONE)),), ENDPOINTS),
            id="another TTL leads there all the same",
        ),
        pytest.param(
            Routing(LIVE, (ONE,), (), BARE),
            TRUE,
            Decision(pending(ONE), (publish(BARE, *records(ONE), first=True),), ENDPOINTS),
            id="the zone was lost and made again",
        ),
        pytest.param(
            Routing(EDITED, (ONE,), (), AT_ONE),
            TRUE,
            Decision(programmed(ONE), (MEND,), ENDPOINTS),
            id="the Ingress was edited",
        ),
        pytest.param(
            Routing(None, (), (), AT_ONE),
            TRUE,
            Decision(
                verdict(Truth.TRUE, Reason.PROGRAMMED, f"The Ingress is being made. {KEPT}"),
                (MAKE,),
                ENDPOINTS,
                recheck_after=10.0,
                streak=Streak(1, EPOCH),
                failed_look=Reason.AWAITING_ADDRESS,
            ),
            id="the Ingress was deleted: made again, the records stay",
        ),
        pytest.param(
            Routing(LIVE, (), (), AT_ONE),
            Condition.model_validate(a_condition("Routed", "False", "AwaitingAddress")),
            Decision(awaiting(f"{NO_ADDRESS} {KEPT}"), (), ENDPOINTS, recheck_after=10.0),
            id="no address for long: the records stay",
        ),
        pytest.param(
            Routing(LIVE, (ONE,), (), None),
            TRUE,
            Decision(
                verdict(
                    Truth.TRUE,
                    Reason.PROGRAMMED,
                    f"The Ingress has an address, but the zone could not be looked at. {KEPT}",
                ),
                (),
                ENDPOINTS,
                recheck_after=10.0,
            ),
            id="the zone cannot be seen while it serves",
        ),
        pytest.param(
            Routing(None, (), (), None),
            UNKNOWN,
            Decision(awaiting("The Ingress is being made."), (MAKE,), recheck_after=10.0),
            id="the zone cannot be seen: the Ingress is made all the same",
        ),
        pytest.param(
            Routing(LIVE, (ONE,), (), None),
            UNKNOWN,
            Decision(
                verdict(
                    Truth.FALSE,
                    Reason.RECORDS_PENDING,
                    "The Ingress has an address, but the zone could not be looked at.",
                ),
                recheck_after=10.0,
            ),
            id="the zone cannot be seen before the first publication",
        ),
        pytest.param(
            Routing(LIVE, (), (), BARE, foreign=True),
            UNKNOWN,
            Decision(FOREIGN, recheck_after=60.0),
            id="a stranger's Ingress",
        ),
        pytest.param(
            Routing(LIVE, (), (), AT_ONE, foreign=True),
            TRUE,
            Decision(FOREIGN, (), ENDPOINTS, recheck_after=60.0),
            id="replaced by a stranger's Ingress: the records stay",
        ),
        pytest.param(
            Routing(LIVE, (ONE,), LB, BARE),
            UNKNOWN,
            Decision(pending(ONE), (publish(BARE, *records(ONE, ttl=60), first=True),)),
            id="a host name: its addresses, with a short TTL",
        ),
        pytest.param(
            Routing(LIVE, (TWO,), LB, AT_ONE),
            TRUE,
            Decision(FOLLOWING, (publish(AT_ONE, *records(TWO, ttl=60)),), ENDPOINTS, recheck_after=60.0),
            id="a host name's addresses moved: no news",
        ),
        pytest.param(
            Routing(LIVE, (), LB, BARE),
            UNKNOWN,
            Decision(awaiting(NO_HOST), recheck_after=10.0),
            id="a host name without address",
        ),
    ],
)
def test_decision(seen: Routing, before: Condition, expected: Decision) -> None:
    seen = replace(seen, snippets=SNIPPETS)
    assert Route(memory_ports(), settings()).decide(a_domain(), seen, Was(EPOCH, before)) == expected
