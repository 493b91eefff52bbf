"""IngestionAvailable: at least one Pod of this or of the last good spec serves."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_api.hostname import hosts
from nameplate_api.ingestion_settings import IngestionSettings, WellKnown
from nameplate_operator.changes import ApplyChild
from nameplate_operator.children import names
from nameplate_operator.children.deployment import deployment
from nameplate_operator.children.drift import upkeep
from nameplate_operator.children.labels import conflict, is_ours
from nameplate_operator.children.service import service
from nameplate_operator.children.service_account import service_account
from nameplate_operator.children.settings_map import ingestion_settings, settings_map
from nameplate_operator.claims import aliases
from nameplate_operator.delegation.lookup import AddressLookup
from nameplate_operator.kinds import CONFIG_MAP, DEPLOYMENT, SERVICE, SERVICE_ACCOUNT
from nameplate_operator.phase import Decision, Findings, Phase, Verdict, Was
from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.phases.certificate import CertificateIssuance
from nameplate_operator.phases.route import Route
from nameplate_operator.phases.zone import ZoneHosting
from nameplate_operator.ports import Kind, Manifest, Ports, ProbeTarget, ProviderError, Ref
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim, Domain
from nameplate_operator.well_known import Heard, Identity, ask

_ROLLING_EVERY = 5.0
_STALLED_EVERY = 30.0
_KINDS: tuple[Kind, ...] = (SERVICE_ACCOUNT, CONFIG_MAP, DEPLOYMENT, SERVICE)


@dataclass(frozen=True, slots=True)
class Running:
    """The children as they stand, the settings they must carry, and what each public host answered."""

    settings: IngestionSettings | None
    """None while the claim, which holds a part of them, cannot be looked at."""
    live: Mapping[Kind, Manifest | None]
    foreign: Ref | None = None
    heard: Mapping[str, Heard] | None = None
    """By host; None while there is nobody to ask."""

    @property
    def answer(self) -> WellKnown | None:
        """Return what the first host that gave an answer said."""
        return next((h for h in (self.heard or {}).values() if isinstance(h, WellKnown)), None)


@dataclass(frozen=True, slots=True)
class Rollout:
    """A Deployment's progress in Pods."""

    wanted: int
    available: int
    complete: bool
    stalled: bool

    @classmethod
    def of(cls, manifest: Manifest | None) -> "Rollout":
        """Read the progress from a Deployment (apps/v1, "Deployment status")."""
        if manifest is None:
            return cls(0, 0, complete=False, stalled=False)
        status, wanted = manifest.get("status", {}), manifest["spec"]["replicas"]
        seen = status.get("observedGeneration", 0) >= manifest["metadata"]["generation"]
        counts = [status.get(field, 0) for field in ("replicas", "updatedReplicas", "availableReplicas")]
        stalled = any(c.get("reason") == "ProgressDeadlineExceeded" for c in status.get("conditions", ()))
        return cls(wanted, counts[2], complete=seen and counts == [wanted] * 3, stalled=seen and stalled)


class IngestionService(Phase[Domain, Running]):
    """Runs the ingestion as the spec says and follows its roll-out."""

    condition = ConditionType.INGESTION_AVAILABLE
    needs = (ConditionType.DELEGATED,)

    def __init__(self, ports: Ports, settings: OperatorSettings) -> None:
        super().__init__(ports, settings)
        self._lookup = AddressLookup(ports.resolver, settings.dns.check_timeout, ports.cuts)

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> Running | None:
        """Look at the children, and ask the service by its public names if anybody can answer."""
        standing = findings.of(Acceptance)
        settings = self._settings(subject, standing.claim if standing else None, now)
        refs = [Ref(kind, names.ingestion(subject), subject.ref.namespace) for kind in _KINDS]
        found = await asyncio.gather(*(self.ports.cluster.get(ref) for ref in refs))
        live = dict(zip(_KINDS, found, strict=True))
        for ref, child in zip(refs, found, strict=True):
            if child is not None and not is_ours(child, subject, ref):
                return Running(settings, live, foreign=ref)
        if not Rollout.of(live[DEPLOYMENT]).available:
            return Running(settings, live)
        return Running(settings, live, heard=await self._ask(subject, findings))

    def _settings(self, subject: Domain, claim: Claim | None, now: datetime) -> IngestionSettings | None:
        if claim is None:
            return None
        return ingestion_settings(subject, self.settings.ingestion, aliases.served(subject, claim, now))

    async def _ask(self, subject: Domain, findings: Findings) -> dict[str, Heard] | None:
        certified, hosting, routing = findings.of(CertificateIssuance), findings.of(ZoneHosting), findings.of(Route)
        certificate = certified.holding.certificate if certified else None
        if certificate is None or hosting is None or routing is None or not routing.addresses:
            return None
        served = hosts(subject.spec.domain)
        try:
            said = await self._lookup.resolve_at(hosting.nameservers, served, subject.ref.namespace)
        except ProviderError as error:
            return dict.fromkeys(served, error)
        # The world connects to what the DNS says; we do so only where that is our own Ingress.
        ours = {host: tuple(address for address in said[host] if address in routing.addresses) for host in served}
        targets = [ProbeTarget(host, addresses, certificate.trust) for host, addresses in ours.items()]
        identity = Identity(subject.spec.domain, subject.uid)
        heard = await asyncio.gather(*(ask(self.ports.prober, target, identity) for target in targets))
        return {target.host: one for target, one in zip(targets, heard, strict=True)}

    def decide(self, subject: Domain, seen: Running, was: Was) -> Decision:
        """Keep the children as they must be and say how many Pods serve."""
        if seen.foreign is not None:
            return conflict(seen.foreign)
        rollout = Rollout.of(seen.live[DEPLOYMENT])
        verdict = _missing(seen.answer) or _verdict(rollout, seen)
        return Decision(verdict, tuple(self._upkeep(subject, seen)), recheck_after=_pause(verdict, rollout))

    def _upkeep(self, subject: Domain, seen: Running) -> Iterator[ApplyChild]:
        wanted: dict[Kind, dict[str, Any]] = {
            SERVICE_ACCOUNT: service_account(subject),
            DEPLOYMENT: deployment(subject, self.settings.ingestion),
            SERVICE: service(subject),
        }
        if seen.settings is not None:
            wanted[CONFIG_MAP] = settings_map(subject, seen.settings)
        for kind in _KINDS:
            if kind in wanted:
                yield from upkeep(wanted[kind], seen.live[kind], from_spec=kind in (CONFIG_MAP, DEPLOYMENT))


def _pause(verdict: Verdict, rollout: Rollout) -> float | None:
    if verdict.reason in (Reason.SECRET_NOT_FOUND, Reason.ROLLOUT_STALLED):
        return _STALLED_EVERY
    return _ROLLING_EVERY if verdict.progressing or not rollout.available else None


def _missing(answer: WellKnown | None) -> Verdict | None:
    if answer is None or not answer.missing_keys:
        return None
    named = ", ".join(answer.missing_keys)
    message = (
        f"A secret of {named} is not at hand: create the Secret and key that its secretRef names. "
        "Everything else is served."
    )
    return Verdict(Truth.FALSE, Reason.SECRET_NOT_FOUND, message, stalled=True)


def _verdict(rollout: Rollout, seen: Running) -> Verdict:
    revision = seen.settings.revision if seen.settings else None
    stale = seen.answer is not None and revision is not None and seen.answer.revision != revision
    counted = f"{rollout.available} of {rollout.wanted} Pods serve"
    if not rollout.available:
        if rollout.stalled:
            message = f"{counted}, and the roll-out passed its deadline. Look at the events and logs of the Pods."
            return Verdict(Truth.FALSE, Reason.ROLLOUT_STALLED, message, stalled=True)
        return Verdict(Truth.FALSE, Reason.ROLLING_OUT, f"{counted}.")
    if rollout.stalled:
        message = f"{counted}, but the roll-out passed its deadline. Look at the events and logs of the Pods."
        # Without it the edit would look finished to whoever waits for it, while only the spec before it serves.
        return Verdict(Truth.TRUE, Reason.ROLLOUT_STALLED, message, progressing=True)
    if not rollout.complete:
        return Verdict(Truth.TRUE, Reason.AVAILABLE, f"{counted}; a roll-out is under way.", progressing=True)
    if stale:
        return Verdict(
            Truth.TRUE, Reason.AVAILABLE, f"{counted}; they have yet to read the newest settings.", progressing=True
        )
    return Verdict(Truth.TRUE, Reason.AVAILABLE, f"{counted}.")
