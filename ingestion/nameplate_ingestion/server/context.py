"""What all connections of one server share."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from nameplate_ingestion.call import Call, Handler, Reply, Screen
from nameplate_ingestion.server.limits import Deadlines, ServerLimits
from nameplate_ingestion.server.reply_octets import ReplyWriter
from nameplate_ingestion.server.request_reader import Stage
from nameplate_ingestion.server.unfinished import Unfinished
from nameplate_ingestion.server.unserved import Unserved

Refuse = Callable[[Unserved, Call | None], Reply]
"""Says what to answer a request that is turned away; the call is there if its header block could be read."""


class TimedConnection(Protocol):
    """A connection as the server sees it: with a deadline, and ready to end."""

    due: float

    def expire(self, now: float) -> None:
        """Be late."""

    def retire(self) -> None:
        """End as soon as nothing is owed any more."""

    def abort(self) -> None:
        """End at once."""


@dataclass(slots=True, eq=False)
class ServerContext:
    """The handler, the rules, and who is connected."""

    handler: Handler
    refuse: Refuse
    kept: AbstractSet[bytes]
    """The headers that the handler wants, and FRAMING."""
    limits: ServerLimits
    deadlines: Deadlines
    loop: asyncio.AbstractEventLoop
    screen: Screen = lambda call, octets: None  # noqa: ARG005
    connections: set[TimedConnection] = field(default_factory=set)
    writer: ReplyWriter = field(default_factory=ReplyWriter)
    unfinished: Unfinished = field(default_factory=Unfinished)
    draining: bool = False
    """Answers end their connections from now on."""
    no_connections: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while nobody is connected."""

    def __post_init__(self) -> None:
        """Nobody is connected yet."""
        self.no_connections.set()

    def time_for(self, stage: Stage, *, owes: bool) -> float:
        """Return the seconds that a client has for this stage of its next request; any, if it is owed an answer."""
        if stage is Stage.BODY:
            return self.deadlines.body_timeout
        if stage is Stage.HEAD:
            return self.deadlines.head_timeout
        return inf if owes else self.deadlines.idle_timeout

    def enter(self, connection: TimedConnection) -> None:
        """Somebody connected."""
        self.connections.add(connection)
        self.no_connections.clear()

    def leave(self, connection: TimedConnection) -> None:
        """Somebody left."""
        self.connections.discard(connection)
        if not self.connections:
            self.no_connections.set()
