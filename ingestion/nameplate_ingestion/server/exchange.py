"""One request on its way to its answer."""

from typing import Protocol

from nameplate_ingestion.call import Reply


class Line(Protocol):
    """Where exchanges stand in the order of their requests."""

    def flush(self) -> None:
        """Send the answers whose turn it is."""


class Exchange:
    """Holds the place of an answer until it is there."""

    __slots__ = ("_line", "bodiless", "modern", "persistent", "reply")

    def __init__(self, line: Line, persistent: bool, modern: bool, bodiless: bool) -> None:
        """Wait for the reply to a request that wants its connection kept, is HTTP/1.1, is HEAD."""
        self._line = line
        self.persistent = persistent
        self.modern = modern
        self.bodiless = bodiless
        self.reply: Reply | None = None

    def answer(self, reply: Reply) -> None:
        """Take the reply; it leaves once those before it have left."""
        self.reply = reply
        self._line.flush()
