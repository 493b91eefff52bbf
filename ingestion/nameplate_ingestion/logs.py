"""Writes one JSON object per line; no line holds a header, a body or a key, and what strangers sent is printable."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

_CHATTY = ("asyncio", "httpcore", "httpx")
"""Libraries whose information and debugging lines may hold bodies and headers: only their warnings are written."""
_MOST = 4000
"""Characters of a message."""


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self, about: dict[str, Any]) -> None:
        """Take what every line says besides."""
        super().__init__()
        self._about = about

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:_MOST],
            **self._about,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(about: dict[str, Any], stream: TextIO | None = None) -> None:
    """Send every logger's lines to standard error (or ``stream``), as JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(about))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
