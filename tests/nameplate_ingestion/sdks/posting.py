"""Sends replays exactly as libraries do, and collects what arrives, in order."""

from pathlib import Path
from typing import Any

import httpx

from tests.cluster.waiting import until
from tests.nameplate_ingestion.sdks.libraries import ORIGIN
from tests.nameplate_ingestion.sdks.replay import Replay
from tests.world.ingestion_process import SinkLines

ADDRESS = "203.0.113.7"
"""Of the client, as the proxy in front tells it."""


def send(client: httpx.Client, replay: Replay, host: str) -> httpx.Response:
    """Send a replay to a host from behind one proxy."""
    half = len(replay.body) // 2
    content = iter((replay.body[:half], replay.body[half:])) if replay.chunked else replay.body
    headers = {"Host": host, "X-Forwarded-For": ADDRESS, **replay.headers}
    request = client.build_request(replay.method, replay.path, content=content or None, headers=headers)
    # Only what the library itself sends.
    for added in {"accept", "accept-encoding", "user-agent"} - {name.lower() for name in replay.headers}:
        del request.headers[added]
    return client.send(request)


def ask_first(client: httpx.Client, replay: Replay, host: str) -> httpx.Response:
    """Send what a browser asks before it sends the replay."""
    asked = {
        "Host": host,
        "Origin": ORIGIN,
        "Access-Control-Request-Method": replay.method,
        "Access-Control-Request-Headers": ",".join(replay.preflight),
    }
    return client.options(replay.path, headers=asked)


class Arrivals:
    """What the file sink of a single worker writes, each line read once."""

    def __init__(self, data: Path) -> None:
        """Take the data directory."""
        self._sink = SinkLines(data)
        self._lines: list[dict[str, Any]] = []

    def take(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many lines are there that were not taken yet, and take all of them: there must be no more."""
        until(lambda: self._look() >= count, f"{count} events to arrive")
        lines, self._lines = self._lines, []
        assert len(lines) == count
        return lines

    def _look(self) -> int:
        self._lines += self._sink.read_on()
        return len(self._lines)
