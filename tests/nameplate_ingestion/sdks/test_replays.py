"""Every request that a library is known to send is accepted, acknowledged and delivered once, with the right times."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cluster.waiting import until
from tests.nameplate_ingestion.mounted import Mounts, document
from tests.nameplate_ingestion.sdks import browser, mobile, servers
from tests.nameplate_ingestion.sdks.replay import ASKED_AT, Replay
from tests.world.ingestion_process import IngestionProcess, delivered

REPLAYS = (*browser.REPLAYS, *servers.REPLAYS, *mobile.REPLAYS)
HOST = "api.cdp.acme.com"
LIBRARIES = {
    *("Analytics.js", "Node.js", "Python", "Go", "Java", "Clojure", "Ruby", "PHP", ".NET"),
    *("C#", "Kotlin", "Swift", "React Native"),
}
_ORIGIN = "https://www.acme.com"
_ACTED_ON = {"timestamp", "originalTimestamp", "receivedAt", "sentAt", "context"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IngestionProcess, Mounts]]:
    """One service for all rows; each row's events have ids of their own."""
    directory = tmp_path_factory.mktemp("replays")
    mounts = Mounts(directory)
    mounts.write(document())
    service = IngestionProcess(directory, mounts.arguments(), directory / "s")
    try:
        service.start()
        service.wait_ready()
        yield service, mounts
    finally:
        service.close()


def test_every_library_is_replayed() -> None:
    assert {replay.sdk for replay in REPLAYS} == LIBRARIES


@pytest.mark.parametrize("replay", REPLAYS, ids=lambda replay: replay.id)
def test_a_librarys_request_is_acknowledged_and_delivered_once(
    running: tuple[IngestionProcess, Mounts], replay: Replay
) -> None:
    service, mounts = running
    before = len(delivered(mounts.data))
    asked_at = datetime.fromisoformat(ASKED_AT)
    with service.client() as client:
        if replay.preflight:
            _check_preflight(client, replay)
        answer = client.send(_request(client, replay))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    if "Origin" in replay.headers:
        assert answer.headers["Access-Control-Allow-Origin"] == _ORIGIN
    lines = _await_lines(mounts.data, before, len(replay.events))
    assert [line["source"] for line in lines] == ["website"] * len(replay.events)
    for line, expected in zip(lines, replay.events, strict=True):
        _check_event(line["event"], dict(expected), asked_at)


def test_no_event_of_any_library_is_delivered_twice(service: IngestionProcess, mounts: Mounts) -> None:
    service.start()
    service.wait_ready()
    with service.client() as client:
        answers = [client.send(_request(client, replay)) for replay in REPLAYS]
    assert {answer.status_code for answer in answers} == {200}
    assert service.terminate() == 0
    found = Counter(line["event"]["messageId"] for line in delivered(mounts.data))
    assert found == Counter(event["messageId"] for replay in REPLAYS for event in replay.events)


def _check_preflight(client: httpx.Client, replay: Replay) -> None:
    asked = {
        "Host": HOST,
        "Origin": _ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": ",".join(replay.preflight),
    }
    answer = client.options(replay.path, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == _ORIGIN
    allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert set(replay.preflight) <= allowed


def _request(client: httpx.Client, replay: Replay) -> httpx.Request:
    half = len(replay.body) // 2
    content = iter((replay.body[:half], replay.body[half:])) if replay.chunked else replay.body
    request = client.build_request("POST", replay.path, content=content, headers={"Host": HOST, **replay.headers})
    # Only what the library itself sends.
    for added in {"accept", "accept-encoding", "user-agent"} - {name.lower() for name in replay.headers}:
        del request.headers[added]
    return request


def _await_lines(data: Path, before: int, count: int) -> list[dict[str, Any]]:
    until(lambda: len(delivered(data)) >= before + count, "the events to arrive", 30)
    lines = delivered(data)[before:]
    assert len(lines) == count
    return lines


def _check_event(event: dict[str, Any], expected: dict[str, Any], asked_at: datetime) -> None:
    for name in expected.keys() - _ACTED_ON:
        assert json.dumps(event[name]) == json.dumps(expected[name]), name
    context = {name: value for name, value in event.get("context", {}).items() if name != "ip"}
    assert context == expected.get("context", {})
    assert "writeKey" not in event
    received, corrected = (datetime.fromisoformat(event[name]) for name in ("receivedAt", "timestamp"))
    # Each was asked for one second before it was sent, by a clock that is its own.
    assert received - corrected == timedelta(seconds=1)
    assert event["originalTimestamp"] == expected["timestamp"]
    assert datetime.fromisoformat(event["sentAt"]) - asked_at == timedelta(seconds=1)
