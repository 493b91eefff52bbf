"""A sink whose answers a test decides, and which remembers what it took, in order."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, Verdict
from nameplate_ingestion.record import Record, encode

Decide = Callable[[Sequence[Delivery]], Sequence[Verdict]]
LIMITS = BatchLimits(deliveries=20, octets=4096)


def takes_all(batch: Sequence[Delivery]) -> Sequence[Verdict]:
    return [None] * len(batch)


class PlayedSink:
    """Whatever `decide` says; what it says None of is taken. It may raise SinkUnavailable, whose verdicts count too."""

    def __init__(self, decide: Decide = takes_all, limits: BatchLimits = LIMITS) -> None:
        self.limits = limits
        self.trouble = ""
        self.decide = decide
        self.batches: list[list[Delivery]] = []
        self.taken: list[Delivery] = []

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        self.batches.append(list(batch))
        # A real sink takes its time, and meanwhile other batches are under way.
        await asyncio.sleep(0)
        verdicts: Sequence[Verdict] = ()
        try:
            verdicts = self.decide(batch)
        except Exception as failure:
            verdicts = getattr(failure, "verdicts", ())
            raise
        finally:
            self.taken += [delivery for delivery, verdict in zip(batch, verdicts, strict=False) if verdict is None]
        return verdicts

    async def close(self) -> None:
        pass

    @property
    def ids(self) -> set[str]:
        return {delivery.message_id for delivery in self.taken}

    def counts(self) -> Counter[str]:
        return Counter(delivery.message_id for delivery in self.taken)

    def firsts_by_user(self) -> dict[str, list[int]]:
        """Return the numbers of each user's events in the order in which they first arrived."""
        seen: set[str] = set()
        numbers = defaultdict(list)
        for delivery in self.taken:
            if delivery.message_id not in seen:
                seen.add(delivery.message_id)
                numbers[delivery.user].append(json.loads(delivery.event)["number"])
        return numbers


def a_record(number: int, user: str, source: str = "web") -> bytes:
    """Return a record of one numbered event."""
    body = json.dumps({"userId": user, "messageId": f"m-{number}", "number": number}).encode()
    return encode(Record(source, "track", 1893499200.0, "", f"{number:032x}", 1, body))
