"""CertificateIssued: what is decided from what is at hand, and over the life of a certificate."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nameplate_api.conditions import Reason, Truth
from nameplate_operator.changes import RecordOnClaim
from nameplate_operator.claims.register import Register
from nameplate_operator.phase import Decision, Findings, Streak, Verdict, Was
from nameplate_operator.phases.acceptance import Acceptance, Standing
from nameplate_operator.phases.certificate import CertificateIssuance, Issuance, IssueCertificate
from nameplate_operator.ports import Certificate, CertificateRequest, Holding, Kind, Ref
from nameplate_operator.subject import Claim
from tests.nameplate_operator.builders import CLAIM_REF, a_claim, a_domain, memory_ports, settings
from tests.nameplate_operator.memory_ports import MemoryAuthority

MADE = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = ("cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com")
REQUEST = CertificateRequest(
    secret=Ref(Kind("v1", "Secret", "secrets"), "web-tls", "acme"),
    names=NAMES,
    labels={
        "app.kubernetes.io/name": "nameplate-ingestion",
        "app.kubernetes.io/instance": "web",
        "app.kubernetes.io/part-of": "nameplate",
        "app.kubernetes.io/managed-by": "nameplate",
        "nameplate.dev/domain": "web",
    },
    owner={
        "apiVersion": "nameplate.dev/v1alpha1",
        "kind": "CustomDomain",
        "name": "web",
        "uid": "uid-domain",
        "controller": True,
        "blockOwnerDeletion": True,
    },
)
# 90 days: renewed on day 60, an alarm from day 83 on.
AT_HAND = Certificate(NAMES, MADE, MADE + 90 * DAY, trust="PEM", current=True)
SUPERSEDED = replace(AT_HAND, current=False)
REFERENCE = {"issuer": "SelfSigned", "reference": "Secret acme/web-tls"}
REPORT = {"certificate": REFERENCE | {"notAfter": "2030-04-01T00:00:00Z", "renewal": "2030-03-02T00:00:00Z"}}
RECORDED = a_claim(certificate=REFERENCE)

ISSUED = Verdict(Truth.TRUE, Reason.ISSUED, "The certificate is valid until 2030-04-01.")
FAILING = Verdict(Truth.TRUE, Reason.RENEWAL_FAILING, "The certificate is valid until 2030-04-01; its renewal fails.")
ENDS_SOON = Verdict(Truth.TRUE, Reason.EXPIRES_SOON, "The certificate ends on 2030-04-01 and has not been renewed.")
REQUESTED = Verdict(Truth.FALSE, Reason.REQUESTED, "A certificate is being issued.")
EXPIRED = Verdict(Truth.FALSE, Reason.REQUESTED, "The certificate has expired; a new one is being issued.")
EXPIRED_FAILING = replace(EXPIRED, reason=Reason.RENEWAL_FAILING)
FOREIGN = Verdict(
    Truth.FALSE,
    Reason.NAME_CONFLICT,
    "Secret acme/web-tls exists and does not belong to this CustomDomain. Delete or rename one of the two.",
    stalled=True,
)
RECORD = RecordOnClaim(claim=CLAIM_REF, uid="uid-claim", spec={"certificate": REFERENCE})


def issue(day: float, *, first: bool = False) -> IssueCertificate:
    return IssueCertificate(request=REQUEST, now=MADE + day * DAY, first=first)


def tried(day: float, times: int) -> Streak:
    return Streak(times, MADE + day * DAY) if times else Streak()


@pytest.mark.parametrize(
    ("certificate", "day", "attempts", "expected"),
    [
        pytest.param(None, 0, 0, Decision(REQUESTED, (issue(0, first=True),)), id="none at hand"),
        pytest.param(AT_HAND, 1, 0, Decision(ISSUED, (), REPORT), id="at hand"),
        pytest.param(
            AT_HAND, 59.99, 0, Decision(ISSUED, (), REPORT, recheck_after=864.0), id="soon due: looked at in time"
        ),
        pytest.param(
            AT_HAND, 60, 0, Decision(ISSUED, (issue(60),), REPORT, streak=tried(60, 1)), id="due at two thirds"
        ),
        pytest.param(
            AT_HAND, 61, 1, Decision(ISSUED, (issue(61),), REPORT, streak=tried(60, 2)), id="one attempt means nothing"
        ),
        pytest.param(AT_HAND, 61, 2, Decision(FAILING, (issue(61),), REPORT, streak=tried(60, 3)), id="renewal fails"),
        pytest.param(
            AT_HAND, 83.5, 9, Decision(ENDS_SOON, (issue(83.5),), REPORT, streak=tried(60, 10)), id="under 7 days"
        ),
        pytest.param(
            AT_HAND, 83.5, 0, Decision(ENDS_SOON, (issue(83.5),), REPORT, streak=tried(83.5, 1)), id="found so at start"
        ),
        pytest.param(
            AT_HAND, 90, 0, Decision(EXPIRED, (issue(90),), REPORT, streak=tried(90, 1)), id="expired while away"
        ),
        pytest.param(
            AT_HAND, 91, 9, Decision(EXPIRED_FAILING, (issue(91),), REPORT, streak=tried(60, 10)), id="expired, failing"
        ),
        pytest.param(
            SUPERSEDED, 1, 0, Decision(ISSUED, (issue(1),), REPORT, streak=tried(1, 1)), id="its authority was renewed"
        ),
        pytest.param(AT_HAND, 1, 5, Decision(ISSUED, (), REPORT), id="renewed after failures: the count is gone"),
    ],
)
def test_decision(certificate: Certificate | None, day: float, attempts: int, expected: Decision) -> None:
    seen = Issuance(REQUEST, Holding(certificate), RECORDED)
    was = Was(MADE + day * DAY, streak=tried(60, attempts))
    assert CertificateIssuance(memory_ports(), settings()).decide(a_domain(), seen, was) == expected


def test_a_strangers_secret_is_left_alone() -> None:
    seen = Issuance(REQUEST, Holding(foreign=True), RECORDED)
    decision = CertificateIssuance(memory_ports(), settings()).decide(a_domain(), seen, Was(MADE))
    assert decision == Decision(FOREIGN, recheck_after=60.0)


@pytest.mark.parametrize(
    ("claim", "changes"),
    [
        pytest.param(a_claim(), (RECORD,), id="not recorded yet"),
        pytest.param(a_claim(certificate=REFERENCE | {"reference": "elsewhere"}), (RECORD,), id="recorded otherwise"),
        pytest.param(RECORDED, (), id="recorded"),
        pytest.param(None, (), id="the claim was not seen"),
    ],
)
def test_the_claim_says_where_the_certificate_stands(claim: Claim | None, changes: tuple[RecordOnClaim, ...]) -> None:
    seen = Issuance(REQUEST, Holding(AT_HAND), claim)
    decision = CertificateIssuance(memory_ports(), settings()).decide(a_domain(), seen, Was(MADE))
    assert decision == Decision(ISSUED, changes, REPORT)


def test_a_renewal_that_suspend_holds_back_does_not_count_as_failing() -> None:
    seen = Issuance(REQUEST, Holding(AT_HAND), RECORDED)
    decision = CertificateIssuance(memory_ports(), settings()).decide(
        a_domain(suspend=True), seen, Was(MADE + 61 * DAY)
    )
    assert decision == Decision(ISSUED, (issue(61),), REPORT)


async def test_the_look_asks_for_all_hosts_in_the_name_of_the_domain() -> None:
    ports = memory_ports()
    phase = CertificateIssuance(ports, settings())
    findings = Findings()
    findings.add(Acceptance, Standing(RECORDED, Register("here", MADE)))
    assert await phase.observe(a_domain(), findings, MADE) == Issuance(REQUEST, Holding(), RECORDED)
    assert await phase.observe(a_domain(), Findings(), MADE) == Issuance(REQUEST, Holding(), None)
    await issue(0).apply(ports)
    assert isinstance(ports.authority, MemoryAuthority)
    assert ports.authority.issued == [REQUEST.secret]
    seen = await phase.observe(a_domain(), findings, MADE)
    assert seen is not None
    assert seen.holding.certificate is not None
    assert seen.holding.certificate.names == NAMES
