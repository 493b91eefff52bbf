"""Accepted: the name is valid and ours, the sources are free, and we may do what we must."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_api.hostname import UnusableName, check
from nameplate_operator.children.names import tls_secret
from nameplate_operator.claims import aliases, sources
from nameplate_operator.claims.binding import BINDING, Step, held, step
from nameplate_operator.claims.register import Register, look
from nameplate_operator.claims.this_cluster import ThisCluster
from nameplate_operator.pace import waiting_every
from nameplate_operator.phase import Decision, Findings, Phase, Verdict, Was
from nameplate_operator.ports import Forbidden, Ports, ProviderError, granting
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim, Domain

_SERVICE_ACCOUNT = "nameplate-operator"
"""Name of the operator's ServiceAccount, as the RoleBinding to apply names it."""
_ACCESS_EVERY = 30.0
_CONTESTED_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the CustomDomain stands: ``claim`` is bound and ours, else None; ``refusal`` says what ails the spec."""

    claim: Claim | None
    register: Register
    access: bool = True
    refusal: ProviderError | UnusableName | None = None


class Acceptance(Phase[Domain, Standing]):
    """Binds the name to the CustomDomain, and keeps the claim's copy of what outlives it."""

    condition = ConditionType.ACCEPTED

    def __init__(self, ports: Ports, settings: OperatorSettings) -> None:
        super().__init__(ports, settings)
        self._this_cluster = ThisCluster(ports, settings)

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> Standing | None:
        """Read the claims, and ask for the one Secret that tells whether we may work in the namespace."""
        unusable = _unusable(subject)
        refusal = subject.invalid or unusable
        this_cluster = await self._this_cluster.name()
        if unusable is not None and unusable.reason is not Reason.APEX_NOT_DELEGABLE:
            return Standing(None, Register(this_cluster, now), refusal=refusal)
        # What is a public suffix changes over the years: a name that was bound before stays so.
        register = await look(self.ports.cluster, subject, this_cluster, now)
        return Standing(held(subject, register), register, await self._access(subject), refusal)

    def decide(self, subject: Domain, seen: Standing, was: Was) -> Decision:
        """Take one step towards a bound claim, then say what else is in the way."""
        if seen.refusal is not None and (seen.claim is None or subject.invalid):
            # Nothing of a spec that cannot be used is copied to the claim; a name that it held stays held.
            return Decision(_refused(seen.refusal))
        next_ = step(subject, seen.register)
        verdict = next_.verdict or self._of_holder(subject, seen, was)
        return Decision(verdict, next_.changes, recheck_after=self._recheck(seen, next_, verdict, was))

    def _of_holder(self, subject: Domain, seen: Standing, was: Was) -> Verdict:
        if seen.refusal is not None:
            return _refused(seen.refusal)
        lost = sources.taken(subject, seen.register)
        if lost:
            return _source_taken(lost)
        if not seen.access:
            return _access_denied(subject, self.settings.namespace)
        recorded = seen.claim.spec.sources if seen.claim else ()
        # After the first time, a source is recorded in the pass of a new generation that runs this phase alone.
        if not was.true and not set(sources.wanted(subject)) <= set(recorded):
            return BINDING
        return Verdict(Truth.TRUE, Reason.ACCEPTED, f"{subject.spec.domain} is bound to this CustomDomain.")

    def _recheck(self, seen: Standing, step_: Step, verdict: Verdict, was: Was) -> float | None:
        if verdict.truth is Truth.TRUE:
            pause = aliases.until_next_end(seen.claim, was.now) if seen.claim else None
            # Further away than the next regular look it says nothing.
            return pause if pause is not None and pause < self.settings.pace.active_every else None
        if verdict.reason is Reason.ACCESS_DENIED:
            # Nothing tells us of a RoleBinding: whoever applies it is waiting for us.
            return _ACCESS_EVERY
        if verdict.stalled:
            return waiting_every(self.settings.pace, was.false_for)
        return None if step_.changes else _CONTESTED_EVERY

    async def _access(self, subject: Domain) -> bool:
        try:
            await self.ports.cluster.get(tls_secret(subject))
        except Forbidden:
            return False
        return True


def _unusable(subject: Domain) -> UnusableName | None:
    try:
        check(subject.spec.domain)
    except UnusableName as error:
        return error
    return None


def _refused(error: ProviderError | UnusableName) -> Verdict:
    return Verdict(Truth.FALSE, error.reason, error.message, stalled=True)


def _source_taken(lost: Mapping[str, Claim]) -> Verdict:
    name, claim = min(lost.items())
    holder = claim.spec.holder
    whose = f"the CustomDomain {holder.name}" if holder and holder.name else "another CustomDomain"
    message = (
        f'The source "{name}" belongs to {claim.ref.name} ({whose} of this namespace). '
        "Remove it from one of the two: each source has one domain."
    )
    return Verdict(Truth.FALSE, Reason.SOURCE_TAKEN, message, stalled=True)


def _access_denied(subject: Domain, operator_namespace: str) -> Verdict:
    command = granting(subject.ref.namespace, f"--serviceaccount={operator_namespace}:{_SERVICE_ACCOUNT}")
    message = f"The operator may not work in the namespace {subject.ref.namespace}. Allow it: {command}"
    return Verdict(Truth.FALSE, Reason.ACCESS_DENIED, message, stalled=True)
