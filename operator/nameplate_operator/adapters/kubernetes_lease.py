"""Holds the Lease that says which operator works; whoever loses it must end."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nameplate_api.base import micro_instant
from nameplate_operator.adapters.kubernetes_paths import path_of
from nameplate_operator.adapters.kubernetes_refusals import require_success
from nameplate_operator.adapters.kubernetes_requests import MERGE, Call, Requests
from nameplate_operator.kinds import LEASE
from nameplate_operator.ports import ProviderError, Ref

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """In seconds: how long a silent holder keeps the Lease, after which time it gives up itself, how often it renews.

    The holder gives up well before others may take over, since the two measure by clocks of their own.
    """

    expires_after: float = 15.0
    give_up_after: float = 10.0
    renew_every: float = 2.0


class Leadership:
    """Waits for the Lease, keeps it, gives it back.

    A candidate that finds its own identity there takes the Lease at once: it is the former life of the same Pod.
    """

    def __init__(self, requests: Requests, ref: Ref, identity: str, terms: Terms | None = None) -> None:
        self._requests = requests
        self._path = path_of(ref.kind, ref.namespace, ref.name)
        self._ref = ref
        self._identity = identity
        self._terms = terms or Terms()
        self._seen: tuple[str, float] | None = None
        self._renewed_at = 0.0
        self.held = False

    async def acquire(self) -> None:
        """Return once the Lease is ours."""
        told: str | None = self._identity
        while (holder := await self._attempt()) != self._identity:
            if holder not in (told, None):
                log.info("%s is held by %s", self._ref, holder)
                told = holder
            await asyncio.sleep(self._terms.renew_every)
        log.info("%s is ours (%s)", self._ref, self._identity)

    async def keep(self) -> None:
        """Keep the Lease; return when it is another's, or could not be renewed in time."""
        while True:
            left = self._renewed_at + self._terms.give_up_after - self._now()
            await asyncio.sleep(min(self._terms.renew_every, max(left, 0)))
            left = self._renewed_at + self._terms.give_up_after - self._now()
            holder = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(left, 0)):
                    holder = await self._attempt()
            if holder not in (self._identity, None):
                return self._lose(f"it is held by {holder}")
            if self._now() - self._renewed_at >= self._terms.give_up_after:
                return self._lose("it could not be renewed in time")

    async def release(self) -> None:
        """Give the Lease back, if it is ours."""
        if not self.held:
            return
        self.held = False
        try:
            lease = await self._read()
            if lease and lease["spec"].get("holderIdentity") == self._identity:
                await self._write(lease, {"holderIdentity": "", "leaseDurationSeconds": 1})
                log.info("%s is given back", self._ref)
        except ProviderError as error:
            log.warning("%s could not be given back: %s", self._ref, error.message)

    def _lose(self, why: str) -> None:
        self.held = False
        log.error("%s is lost: %s", self._ref, why)

    async def _attempt(self) -> str | None:
        """Take or renew the Lease if it may be; return who holds it, None if that is not known."""
        began = self._now()
        try:
            lease = await self._read()
            holder = await self._create() if lease is None else await self._take(lease)
        except ProviderError as error:
            log.warning("%s: %s", self._ref, error.message)
            return None
        if holder == self._identity:
            self._renewed_at = began
            self.held = True
        return holder

    async def _take(self, lease: dict[str, Any]) -> str:
        spec = lease.get("spec") or {}
        holder = spec.get("holderIdentity") or ""
        if holder not in ("", self._identity) and not self._expired(lease):
            return str(holder)
        if self.held and holder != self._identity:
            return str(holder)
        now = micro_instant(datetime.now(UTC))
        changes: dict[str, Any] = {"holderIdentity": self._identity, "renewTime": now}
        changes["leaseDurationSeconds"] = max(1, round(self._terms.expires_after))
        if not self.held:
            changes |= {"acquireTime": now, "leaseTransitions": int(spec.get("leaseTransitions") or 0) + 1}
        written = await self._write(lease, changes)
        return str(written["spec"]["holderIdentity"])

    def _expired(self, lease: dict[str, Any]) -> bool:
        # By our own clock since it last changed before our eyes: clocks of two machines are not compared.
        version = lease["metadata"]["resourceVersion"]
        if self._seen is None or self._seen[0] != version:
            self._seen = version, self._now()
        return self._now() - self._seen[1] > float(
            lease["spec"].get("leaseDurationSeconds") or self._terms.expires_after
        )

    async def _read(self) -> dict[str, Any] | None:
        answer = await self._requests.send(Call("GET", self._path, timeout=5, attempts=1))
        return None if answer.missing else require_success(answer, "get", str(self._ref))

    async def _create(self) -> str:
        now = micro_instant(datetime.now(UTC))
        spec = {"holderIdentity": self._identity, "acquireTime": now, "renewTime": now}
        body = {
            **LEASE.type_meta,
            "metadata": {"name": self._ref.name, "namespace": self._ref.namespace},
            "spec": spec | {"leaseDurationSeconds": max(1, round(self._terms.expires_after)), "leaseTransitions": 0},
        }
        call = Call("POST", path_of(LEASE, self._ref.namespace), body=body, timeout=5, attempts=1)
        require_success(await self._requests.send(call), "create", str(self._ref))
        return self._identity

    async def _write(self, lease: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
        version = {"resourceVersion": lease["metadata"]["resourceVersion"]}
        body = {"metadata": version, "spec": spec}
        call = Call("PATCH", self._path, body=body, content_type=MERGE, timeout=5, attempts=1)
        return require_success(await self._requests.send(call), "renew", str(self._ref))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
