"""A sink that is made once it has something to take."""

import asyncio
from collections.abc import Callable, Sequence

from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, Sink, SinkUnavailable, Verdict

_FIRST = BatchLimits(deliveries=1, octets=1)
"""What is asked for until the sink itself can say."""


class LateSink:
    """Makes the sink in a thread, since that may take long, and again with each attempt until it succeeds.

    What nobody sends events to has no connections, threads or certificates.
    """

    def __init__(self, make: Callable[[], Sink]) -> None:
        """Take what makes the sink; whatever it raises may pass."""
        self._make = make
        self._making: asyncio.Task[Sink] | None = None
        self._sink: Sink | None = None

    @property
    def limits(self) -> BatchLimits:
        """What the sink wants to be given at once."""
        return self._sink.limits if self._sink is not None else _FIRST

    @property
    def trouble(self) -> str:
        """What may hold up those who wait for the sink."""
        return self._sink.trouble if self._sink is not None else ""

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        """Have the sink take the batch. Raises SinkUnavailable, also while it cannot be made."""
        if self._sink is None:
            self._sink = await self._made()
        return await self._sink.deliver(batch)

    async def close(self) -> None:
        """Close the sink, also one that is still being made."""
        if self._making is None:
            return
        try:
            sink = await self._making
        except Exception:  # noqa: BLE001 - there is no sink, for whatever reason
            return
        await sink.close()

    async def _made(self) -> Sink:
        making = self._making = self._making or asyncio.create_task(asyncio.to_thread(self._make))
        try:
            # Whoever waits may be cancelled, and the sink must be closed nevertheless.
            return await asyncio.shield(making)
        except Exception as error:
            if self._making is making:
                self._making = None
            raise SinkUnavailable(f"it cannot be set up: {type(error).__name__}") from error
