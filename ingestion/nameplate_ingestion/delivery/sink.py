"""What a sink is given and what it answers."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from nameplate_ingestion.position import Position


class Delivery(NamedTuple):
    """One final event on its way to a sink."""

    position: Position
    """Of the record that it came in."""
    domain: str
    source: str
    user: str
    """Whose event it is: events of one user keep their order. Empty if that cannot be told."""
    message_id: str
    event: bytes
    """A JSON object in one line."""
    others: tuple[str, ...] = ()
    """Under which other names it may be known whose event it is: a visitor's before the login, a former one."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names: events that share one keep their order."""
        return (self.user, *self.others) if self.user else ()


class Undeliverable(NamedTuple):
    """An event that the sink will never take."""

    reason: str
    """In words that hold nothing of the event: they are logged."""
    said: str = ""
    """What the sink says of it, in any characters: it may quote the event, and stands with it only."""

    @property
    def whole(self) -> str:
        """Reason and saying."""
        return f"{self.reason}: {self.said}" if self.said else self.reason


Verdict = Undeliverable | None
"""None: the sink has the event, safely."""


class SinkUnavailable(Exception):
    """The sink takes nothing now; ``verdicts`` tells of the first deliveries of the batch, those that it did answer."""

    def __init__(self, reason: str, retry_after: float | None = None, verdicts: Sequence[Verdict] = ()) -> None:
        """Take the reason, in words that hold nothing of an event, and the seconds that the sink asks to wait."""
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.verdicts = verdicts


class BatchLimits(NamedTuple):
    """What a sink wants to be given at once."""

    deliveries: int
    octets: int
    """Of events; a single larger one still comes, alone."""
    one_source: bool = False
    """Whether a batch of several sources would only be taken apart again."""


class Sink(Protocol):
    """Where events go."""

    @property
    def limits(self) -> BatchLimits:
        """What it wants to be given at once."""

    @property
    def trouble(self) -> str:
        """What may hold up those who wait for a verdict, in words; empty if nothing is known of."""

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        """Return a verdict for each delivery, in their order. Raises SinkUnavailable."""

    async def close(self) -> None:
        """Let go of connections and files."""
