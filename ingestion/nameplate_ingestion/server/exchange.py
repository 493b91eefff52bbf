"""One request on its way to its answer."""

from typing import Protocol

from nameplate_ingestion.call import Reply


class Pipeline(Protocol):
    """A connection as its exchanges see it, which stand there in the order of their requests (RFC 9112, 9.3.2)."""

    def flush(self) -> None:
        """Send the answers whose turn it is."""


class Exchange:
    """Holds the place of an answer until it is there."""

    __slots__ = ("_pipeline", "bodiless", "http11", "persistent", "reply")

    def __init__(self, pipeline: Pipeline, *, persistent: bool, http11: bool, bodiless: bool) -> None:
        """Wait for the reply to a request that wants its connection kept, is HTTP/1.1, is HEAD."""
        self._pipeline = pipeline
        self.persistent = persistent
        self.http11 = http11
        self.bodiless = bodiless
        self.reply: Reply | None = None

    def answer(self, reply: Reply) -> None:
        """Take the reply; it leaves once those before it have left."""
        self.reply = reply
        self._pipeline.flush()
