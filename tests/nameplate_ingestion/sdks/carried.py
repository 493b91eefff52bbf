"""Whether an event that was delivered is the one that was sent, with the times that the service adds."""

import json
from datetime import datetime, timedelta
from typing import Any

from tests.nameplate_ingestion.sdks.replay import Json

OF_RECEIPT = {"receivedAt", "timestamp"}
"""What depends on when a request came."""
_TIMES = OF_RECEIPT | {"originalTimestamp", "sentAt"}
_MILLISECOND = timedelta(milliseconds=1)


def check_carried(event: dict[str, Any], expected: Json, address: str | None = None) -> None:
    """Compare an event with what was sent, its batch's members included; a device's gets the client's address."""
    _check_members(event, expected)
    _check_context(event, expected, address=address)
    _check_times(event, expected)


def _check_members(event: dict[str, Any], expected: Json) -> None:
    for name in expected.keys() - _TIMES - {"context"}:
        assert json.dumps(event[name]) == json.dumps(expected[name]), name
    assert event.keys() - _TIMES - {"context"} == expected.keys() - _TIMES - {"context"}


def _check_context(event: dict[str, Any], expected: Json, *, address: str | None) -> None:
    said = expected.get("context") or {}
    if address:
        # An address that the client tells itself stays.
        said = {"ip": address, **said}
    assert (event.get("context") or {}) == said


def _check_times(event: dict[str, Any], expected: Json) -> None:
    received, corrected = (datetime.fromisoformat(event[name]) for name in sorted(OF_RECEIPT))
    assert event.get("originalTimestamp") == expected.get("timestamp")
    assert event.get("sentAt") == expected.get("sentAt")
    if "timestamp" not in expected:
        assert corrected == received
        return
    asked = datetime.fromisoformat(expected["timestamp"])
    if "sentAt" not in expected:
        assert corrected == asked
        return
    # Both times are by one clock, whatever it shows.
    waited = datetime.fromisoformat(expected["sentAt"]) - asked
    assert abs(received - corrected - waited) < _MILLISECOND
