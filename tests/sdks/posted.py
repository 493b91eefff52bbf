"""What SDKs post: the events in a request, and a fault that is meant for one of them."""

import gzip
import json
from collections.abc import Sequence

from tests.nameplate_ingestion.sdks.replay import Json
from tests.world.http_faults import Exchange, HttpFault, HttpInjection


def body_of(exchange: Exchange) -> Json:
    """Return what was posted."""
    packed = exchange.headers.get("Content-Encoding") == "gzip"
    body: Json = json.loads(gzip.decompress(exchange.body) if packed else exchange.body)
    return body


def events_of(exchange: Exchange) -> Sequence[Json]:
    """Return the events that were posted, in a batch or alone."""
    if exchange.method != "POST":
        return ()
    body = body_of(exchange)
    events: Sequence[Json] = body.get("batch", [body] if "messageId" in body else ())
    return events


class FirstOf(HttpInjection):
    """A fault that only the first request meets that holds an event of this name."""

    def __init__(self, event: str, fault: HttpFault) -> None:
        super().__init__(fault)
        self._event = event

    def takes(self, exchange: Exchange) -> bool:
        """Whether it is this one."""
        if self.matched or self._event not in [event.get("event") for event in events_of(exchange)]:
            return False
        self.matched = 1
        return True
