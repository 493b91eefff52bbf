"""What all connections of one server share."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Protocol

from nameplate_ingestion.call import Call, Handler, Reply
from nameplate_ingestion.server.limits import Deadlines, ServerLimits
from nameplate_ingestion.server.refusal import Refusal
from nameplate_ingestion.server.reply_octets import ReplyWriter

Refuse = Callable[[Refusal, Call | None], Reply]
"""Says what to answer a request that is turned away; the call is there if its header block could be read."""


class Watched(Protocol):
    """Something with a deadline."""

    due: float

    def expire(self, now: float) -> None:
        """Be late."""

    def retire(self) -> None:
        """End as soon as nothing is owed any more."""

    def abort(self) -> None:
        """End at once."""


@dataclass(slots=True, eq=False)
class Service:
    """The handler, the rules, and who is connected."""

    handler: Handler
    refuse: Refuse
    kept: AbstractSet[bytes]
    """The headers that the handler wants, and FRAMING."""
    limits: ServerLimits
    deadlines: Deadlines
    loop: asyncio.AbstractEventLoop
    connections: set[Watched] = field(default_factory=set)
    writer: ReplyWriter = field(default_factory=ReplyWriter)
    draining: bool = False
    """Answers end their connections from now on."""
    deserted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while nobody is connected."""

    def __post_init__(self) -> None:
        """Nobody is connected yet."""
        self.deserted.set()

    def enter(self, connection: Watched) -> None:
        """Somebody connected."""
        self.connections.add(connection)
        self.deserted.clear()

    def leave(self, connection: Watched) -> None:
        """Somebody left."""
        self.connections.discard(connection)
        if not self.connections:
            self.deserted.set()
