"""Sends each object that is to be looked at to the pass over its kind, and repeats the sweep."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from nameplate_operator.claims.sweep import Sweep
from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.ports import ProviderError, Ref
from nameplate_operator.reconcile import Reconciler
from nameplate_operator.release import Releaser

log = logging.getLogger(__name__)


@dataclass
class Passes:
    """The passes over our kinds, and the sweep."""

    domains: Reconciler
    claims: Releaser
    sweep: Sweep
    sweep_every: float
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self, ref: Ref) -> float | None:
        """Make one pass over an object."""
        if ref.kind == CUSTOM_DOMAIN:
            return await self.domains.reconcile(ref, self.now())
        return await self.claims.reconcile(ref, self.now())

    async def sweep_for_ever(self) -> None:
        """Look for absent holders every now and then."""
        while True:
            await asyncio.sleep(self.sweep_every)
            try:
                await self.sweep(self.now())
            except ProviderError as error:
                log.warning("The sweep failed: %s", error.message)
            except Exception:
                log.exception("The sweep failed")
