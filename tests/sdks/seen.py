"""Looks at what a run sent and at what arrived: every call once, with every field that was said."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.nameplate_ingestion.sdks.carried import check_carried
from tests.nameplate_ingestion.sdks.replay import DEVICES, SOURCES, Json
from tests.sdks.posted import body_of, events_of
from tests.sdks.real_sdk import RealSdk, Run
from tests.world.http_faults import Exchange

_ADDED = {"messageId", "context", "integrations", "timestamp", "originalTimestamp", "receivedAt", "sentAt", "_metadata"}
"""What SDKs and the service add to what a call says."""
_ADDRESS = "127.0.0.1"
"""Of the SDKs, as nginx tells it."""


def check_arrived(sdk: RealSdk, run: Run, said: Sequence[Json]) -> None:
    """Compare what arrived with the calls, and with the requests that were posted."""
    assert {line["source"] for line in run.lines} == {sdk.source}
    posted = [(each, event) for each in run.exchanges for event in events_of(each)]
    assert len(run.events) == len(posted) == len(said)
    assert len({event["messageId"] for event in run.events}) == len(said)
    address = _ADDRESS if SOURCES[sdk.name][1] in DEVICES else None
    for call, (exchange, sent), event in zip(said, posted, run.events, strict=True):
        _check_said(call, event, sdk.sets)
        check_carried(event, _whole(sent, body_of(exchange)), address)


def key_places(exchange: Exchange, write_key: str) -> str:
    """Return where the write key stands; fails where something else stands in its place."""
    places = []
    if header := exchange.headers.get("Authorization"):
        scheme, _, credentials = header.partition(" ")
        assert (scheme, base64.b64decode(credentials)) == ("Basic", f"{write_key}:".encode())
        places.append("Basic")
    if (key := body_of(exchange).get("writeKey")) is not None:
        assert key == write_key
        places.append("body")
    return ", ".join(places)


def _check_said(call: Json, event: Json, more: frozenset[str]) -> None:
    for name, value in call.items():
        if name == "timestamp":
            assert datetime.fromisoformat(event["originalTimestamp"]) == datetime.fromisoformat(value)
        elif name == "context":
            assert {member: event["context"][member] for member in value} == value
        elif name == "properties" and "category" in call:
            # The library for Node.js writes it there, too.
            assert event[name] in (value, {**value, "category": call["category"]})
        else:
            assert event[name] == value, name
    # Some write null for what was not said.
    assert {name: event[name] for name in event.keys() - call.keys() - _ADDED - more if event[name] is not None} == {}


def _whole(sent: Json, body: Json) -> dict[str, Any]:
    """Return an event with what its batch says for all."""
    context = {**(body.get("context") or {}), **(sent.get("context") or {})}
    event = {name: value for name, value in sent.items() if name != "writeKey"}
    return {"sentAt": body["sentAt"], **event, "context": context}
