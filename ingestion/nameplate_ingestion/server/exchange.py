"""One request on its way to its answer."""

from collections.abc import Callable

from nameplate_ingestion.call import Reply


class Exchange:
    """Holds the place of an answer in the order of its connection."""

    __slots__ = ("_flush", "bodiless", "modern", "persistent", "reply")

    def __init__(self, flush: Callable[[], None], *, persistent: bool, modern: bool, bodiless: bool) -> None:
        """Wait for the reply; `flush` is called when it is there."""
        self._flush = flush
        self.persistent = persistent
        self.modern = modern
        self.bodiless = bodiless
        self.reply: Reply | None = None

    def answer(self, reply: Reply) -> None:
        """Take the reply; it leaves once those before it have left."""
        self.reply = reply
        self._flush()
