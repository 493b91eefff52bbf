"""How one library writes its batches: where they go, what stands beside the events, and what in each of them."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import shake_256
from typing import Any, Self

from tests.nameplate_ingestion.sdks.replay import ASKED_AT, Json, Replay, octets

SERVER_CALLS = ("identify", "track", "page", "screen", "group", "alias")
APP_CALLS = ("identify", "track", "screen", "group", "alias")
"""Libraries for apps know no pages."""

_SAID: Mapping[str, Json] = {
    "identify": {"traits": {"email": "jane@acme.com", "plan": "pro", "logins": 5}},
    "track": {
        "event": "Order Completed",
        "properties": {"total": 30.5, "currency": "EUR", "products": [{"sku": "a"}], "coupon": None},
    },
    "page": {"name": "Home", "category": None, "properties": {"path": "/", "title": "Caf\u00e9 \u2603"}},
    "screen": {"name": "Welcome", "category": "", "properties": {}},
    "group": {"groupId": "g-1", "traits": {"employees": 329}},
    "alias": {"previousId": "u-0"},
}


def an_event(call: str, message_id: str, **fields: Any) -> dict[str, Any]:
    """Return what every library says in a call."""
    common = {"type": call, "userId": "u-1", "messageId": message_id, "timestamp": ASKED_AT, "integrations": {}}
    return {**common, **_SAID[call], **fields}


@dataclass(frozen=True)
class Library:
    """A row of the libraries' table."""

    sdk: str
    path: str
    headers: Mapping[str, str]
    beside: Json
    """What a batch holds besides its events."""
    largest: tuple[int, int]
    """Events and octets of its largest batch."""
    fields: Json = field(default_factory=dict)
    """What each event holds besides what every library says."""
    unsaid: Json = field(default_factory=dict)
    """What each event holds that is not handed on."""
    calls: Sequence[str] = SERVER_CALLS
    packed: bool = False
    chunked: bool = False
    preflight: Sequence[str] = ()
    counts_retries: bool = False

    def with_(self, **changes: Any) -> Self:
        """Return it with other settings; headers are added."""
        headers = {**self.headers, **changes.pop("headers", {})}
        return replace(self, headers=headers, **changes)

    def events(self, name: str, calls: Sequence[str] = (), **fields: Any) -> list[dict[str, Any]]:
        """Return events, one of each call, whose ids begin with a name."""
        calls = calls or self.calls
        return [an_event(call, f"{name}-{place}", **{**self.fields, **fields}) for place, call in enumerate(calls)]

    def batch(self, what: str, events: Sequence[Json]) -> Replay:
        """Return a batch of events, which are delivered with what stands beside them."""
        body = octets({"batch": [{**event, **self.unsaid} for event in events], **self.beside})
        return Replay(
            sdk=self.sdk,
            what=what,
            path=self.path,
            headers=self.headers,
            body=gzip.compress(body, mtime=0) if self.packed else body,
            events=[self._delivered(event) for event in events],
            chunked=self.chunked,
            preflight=self.preflight,
            direct=any((event.get("context") or {}).get("direct") is True for event in events),
        )

    def _delivered(self, event: Json) -> Json:
        context = {**(self.beside.get("context") or {}), **(event.get("context") or {})}
        said = {"context": context} if context else {}
        return {"sentAt": self.beside["sentAt"], **event, **said}

    def full_batch(self, what: str, count: int, size: int) -> Replay:
        """Return a batch of so many events that has exactly so many octets before it is compressed."""
        events = self.events(f"{self.sdk}-{what}", ["track"] * count)
        rest = size - len(octets({"batch": [{**event, **self.unsaid} for event in events], **self.beside}))
        rest -= count * len(',"note":""')
        assert rest >= 0, "so many events take more room"
        for place, event in enumerate(events):
            more = rest // count + (place < rest % count)
            # Unlike the next one's, so that gzip finds no more in it than in what people write.
            note = shake_256(str(place).encode()).hexdigest(more // 2 + 1)[:more]
            event["properties"] = {**event["properties"], "note": note}
        return self.batch(what, events)
