"""The delivery reports of one batch, brought from librdkafka's thread into the loop's, once for all of them."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial

from confluent_kafka import KafkaError, Message


class DeliveryReports:
    """Waits for as many reports as there are messages; made in the loop's thread."""

    def __init__(self, count: int) -> None:
        """Begin without a report."""
        self._loop = asyncio.get_running_loop()
        self._complete: asyncio.Future[None] = self._loop.create_future()
        self._lock = threading.Lock()
        self._left = count
        self._errors: dict[int, KafkaError] = {}

    def taker(self, index: int) -> Callable[[KafkaError | None, Message | None], None]:
        """Return what takes the report on one message, in any thread."""
        return partial(self.take, index)

    def take(self, index: int, error: KafkaError | None, message: Message | None = None) -> None:  # noqa: ARG002
        """Take the report on one message; the message itself is known."""
        with self._lock:
            if error is not None:
                self._errors[index] = error
            self._left -= 1
            complete = self._left == 0
        if complete:
            # The loop may be gone when the last report comes.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._end)

    async def wait(self) -> dict[int, KafkaError]:
        """Wait until there is a report on each message; return the errors by number of message."""
        await self._complete
        return self._errors

    def _end(self) -> None:
        if not self._complete.done():
            self._complete.set_result(None)
