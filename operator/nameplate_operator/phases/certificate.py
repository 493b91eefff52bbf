"""CertificateIssued: a valid certificate for all hosts is at hand, and is renewed in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nameplate_api.base import instant
from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_api.hostname import hosts
from nameplate_operator.changes import RecordOnClaim
from nameplate_operator.children import names
from nameplate_operator.children.labels import conflict, labels, owner
from nameplate_operator.phase import Change, Decision, Findings, Phase, Streak, Verdict, Was
from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.ports import Certificate, CertificateRequest, Holding, Ports
from nameplate_operator.subject import Claim, Domain

_ALARM = timedelta(days=7)
_FAILING_FROM = 2
"""Attempts after which a renewal counts as failing: the first may have met a conflict that means nothing."""


@dataclass(frozen=True, slots=True)
class Issuance:
    """What is at hand, what it must be for, and the claim on which it is recorded."""

    request: CertificateRequest
    holding: Holding
    claim: Claim | None


@dataclass(frozen=True, kw_only=True)
class IssueCertificate(Change):
    """Have a certificate issued and put where the request says."""

    request: CertificateRequest
    now: datetime

    async def apply(self, ports: Ports) -> None:
        """Ask the authority."""
        await ports.authority.issue(self.request, self.now)


class CertificateIssuance(Phase[Domain, Issuance]):
    """Gets a certificate once the name is delegated, and renews it while the old one still serves."""

    condition = ConditionType.CERTIFICATE_ISSUED
    needs = (ConditionType.DELEGATED,)
    reports = ("certificate",)

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> Issuance | None:
        """Ask the authority for what is at hand."""
        request = CertificateRequest(
            secret=names.tls_secret(subject),
            names=hosts(subject.spec.domain),
            labels=labels(subject),
            owner=owner(subject),
        )
        standing = findings.of(Acceptance)
        holding = await self.ports.authority.observe(request, now)
        return Issuance(request, holding, standing.claim if standing else None)

    def decide(self, subject: Domain, seen: Issuance, was: Was) -> Decision:
        """Issue what is missing, expired, due or superseded."""
        certificate = seen.holding.certificate
        if seen.holding.foreign:
            return conflict(seen.request.secret)
        if certificate is None:
            issue = IssueCertificate(request=seen.request, now=was.now, first=True)
            return Decision(Verdict(Truth.FALSE, Reason.REQUESTED, "A certificate is being issued."), (issue,))
        due = was.now >= certificate.renewal_at or not certificate.current
        changes: tuple[Change, ...] = self._record(seen)
        if due:
            changes = (*changes, IssueCertificate(request=seen.request, now=was.now))
        streak = was.streak.struck(was.now) if due and not subject.suspended else Streak()
        return Decision(
            _verdict(certificate, was, failing=due and was.streak.count >= _FAILING_FROM),
            changes,
            self._report(seen, certificate),
            recheck_after=None if due else self._until_renewal(certificate, was.now),
            streak=streak,
        )

    def _report(self, seen: Issuance, certificate: Certificate) -> dict[str, Any]:
        times = {"notAfter": instant(certificate.not_after), "renewal": instant(certificate.renewal_at)}
        return {"certificate": self._reference(seen) | times}

    def _record(self, seen: Issuance) -> tuple[Change, ...]:
        if seen.claim is None:
            return ()
        known = seen.claim.spec.certificate
        if known is not None and known.model_dump(by_alias=True, mode="json") == self._reference(seen):
            return ()
        return (RecordOnClaim(claim=seen.claim.ref, uid=seen.claim.uid, spec={"certificate": self._reference(seen)}),)

    def _reference(self, seen: Issuance) -> dict[str, str]:
        return {"issuer": self.ports.authority.name, "reference": str(seen.request.secret)}

    def _until_renewal(self, certificate: Certificate, now: datetime) -> float | None:
        # Further away than the next regular look it says nothing.
        pause = (certificate.renewal_at - now).total_seconds()
        return pause if pause < self.settings.pace.active_every else None


def _verdict(certificate: Certificate, was: Was, *, failing: bool) -> Verdict:
    left = certificate.not_after - was.now
    if left <= timedelta(0):
        reason = Reason.RENEWAL_FAILING if failing else Reason.REQUESTED
        return Verdict(Truth.FALSE, reason, "The certificate has expired; a new one is being issued.")
    day = certificate.not_after.date().isoformat()
    if left < _ALARM:
        return Verdict(Truth.TRUE, Reason.EXPIRES_SOON, f"The certificate ends on {day} and has not been renewed.")
    if failing:
        return Verdict(Truth.TRUE, Reason.RENEWAL_FAILING, f"The certificate is valid until {day}; its renewal fails.")
    return Verdict(Truth.TRUE, Reason.ISSUED, f"The certificate is valid until {day}.")
