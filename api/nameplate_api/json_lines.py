"""Logs one JSON object per line: bounded, and in ASCII, so that what strangers sent harms no terminal."""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

About = Callable[[], Mapping[str, Any]]
"""Returns what every line says besides."""

_CHATTY = ("aiohttp", "asyncio", "httpcore", "httpx", "kopf", "kubernetes", "urllib3")
"""Libraries whose information and debugging lines may hold bodies and headers: only their warnings are written."""
_LONGEST_MESSAGE = 4_000
"""Characters."""
_LONGEST_TRACEBACK = 16_000
"""Characters; the end is kept, where it says what went wrong."""


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self, about: About = dict) -> None:
        super().__init__()
        self._about = about

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _head(record.getMessage()),
            **self._about(),
        }
        if record.exc_info:
            line["exception"] = _tail(self.formatException(record.exc_info))
        return json.dumps(line, default=str)


def kind_and_places(error: BaseException) -> str:
    """Return what kind of error it is and where it came up, without its words: these may quote what strangers sent."""
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return "".join(
        [type(error).__name__, "\n", *traceback.format_tb(error.__traceback__), *map(kind_and_places, inner)]
    )


def configure(about: About = dict, level: str = "info", stream: TextIO | None = None) -> None:
    """Send every logger's lines to standard error (or ``stream``), as JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(about))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _head(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"


def _tail(text: str) -> str:
    return text if len(text) <= _LONGEST_TRACEBACK else "…" + text[1 - _LONGEST_TRACEBACK :]
