"""Releases the claims whose holder has been absent for long, and stops when too many seem to be at once."""

import logging
from collections.abc import Callable
from datetime import datetime

from nameplate_operator.claims.register import is_unbound, is_vanished, names, readable
from nameplate_operator.claims.this_cluster import ThisCluster, is_of
from nameplate_operator.claims.writes import delete, release
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM, NAMESPACE
from nameplate_operator.phase import Change
from nameplate_operator.ports import Conflict, Event, Ports, Ref
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim

log = logging.getLogger(__name__)

_ALWAYS_ALLOWED = 5
_LARGEST_SHARE = 0.1


class Sweep:
    """Looks for absent holders; since when each is absent is kept in memory, so that a restart begins anew.

    ``show_halted`` is told after each look whether the brake holds.
    """

    def __init__(self, ports: Ports, settings: OperatorSettings, show_halted: Callable[[bool], object]) -> None:
        self._ports = ports
        self._settings = settings
        self._show_halted = show_halted
        self._this_cluster = ThisCluster(ports, settings)
        self._absent_since: dict[str, datetime] = {}

    async def __call__(self, now: datetime) -> None:
        """Look at all claims once."""
        this_cluster = await self._this_cluster.name()
        # The claims first: a holder that is younger than its claim would otherwise seem absent.
        listed = readable(await self._ports.cluster.list(DOMAIN_CLAIM))
        holders = {
            (each["metadata"]["namespace"], each["metadata"]["name"]): each
            for each in await self._ports.cluster.list(CUSTOM_DOMAIN)
        }
        ours = [claim for claim in listed if is_of(claim, this_cluster)]
        absent = [claim for claim in ours if _names_a_holder(claim) and not names(holders.get(_holder(claim)), claim)]
        for claim in absent:
            if is_unbound(claim) and await is_vanished(self._ports.cluster, claim):
                await self._write(delete(claim))
        await self._release(self._due([claim for claim in absent if claim.bound], now), len(ours), now)

    def _due(self, absent: list[Claim], now: datetime) -> list[Claim]:
        self._absent_since = {claim.uid: self._absent_since.get(claim.uid, now) for claim in absent}
        after = self._settings.release.release_after
        return [claim for claim in absent if (now - self._absent_since[claim.uid]).total_seconds() >= after]

    async def _release(self, due: list[Claim], of: int, now: datetime) -> None:
        halted = len(due) > _ALWAYS_ALLOWED and len(due) > _LARGEST_SHARE * of
        self._show_halted(halted)
        if halted:
            await self._alert(len(due), of)
            return
        for claim in due:
            if await is_vanished(self._ports.cluster, claim):
                log.info("Releasing %s: its holder has been absent for long", claim.ref)
                await self._write(release(claim, now))

    async def _write(self, change: Change) -> None:
        try:
            await change.apply(self._ports)
        except Conflict as error:
            log.info("Looking again: %s", error.message)

    async def _alert(self, due: int, of: int) -> None:
        log.error("The sweep lets go of nothing: the holders of %d of %d claims are absent", due, of)
        about = Ref(NAMESPACE, self._settings.namespace)
        namespace = await self._ports.cluster.get(about)
        if namespace is None:
            return
        message = (
            "No claim is released by the sweep: too many CustomDomains are absent at once. Restore them, or delete the "
            "DomainClaims that are no longer needed."
        )
        uid = namespace["metadata"]["uid"]
        await self._ports.cluster.emit(Event(about, uid, "Warning", "SweepHalted", message, action="Sweep"))


def _holder(claim: Claim) -> tuple[str, str]:
    holder = claim.spec.holder
    return (holder.namespace, holder.name or "") if holder else ("", "")


def _names_a_holder(claim: Claim) -> bool:
    return bool(_holder(claim)[1]) and claim.spec.release_time is None
