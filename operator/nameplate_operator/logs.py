"""Writes one JSON object per line, each with what it is about; secrets are never part of a message."""

import contextlib
import contextvars
import json
import logging
import sys
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from nameplate_operator.ports import Ref

_context: contextvars.ContextVar[Mapping[str, Any]] = contextvars.ContextVar("log_context", default={})  # noqa: B039

_CHATTY = ("aiohttp", "httpcore", "httpx", "kopf", "kubernetes", "urllib3", "asyncio")
"""Libraries whose information and debugging lines may hold bodies and headers: only their warnings are written."""


@contextlib.contextmanager
def reconciling(ref: Ref) -> Iterator[None]:
    """Have every line inside say which object it is about, and which pass it belongs to."""
    about = {"kind": ref.kind.kind, "namespace": ref.namespace, "name": ref.name, "reconcileID": uuid.uuid4().hex}
    token = _context.set({key: value for key, value in about.items() if value})
    try:
        yield
    finally:
        _context.reset(token)


def identify(*, uid: str, generation: int) -> None:
    """Have the lines of this pass also say which incarnation and which spec of the object they are about."""
    _context.set({**_context.get(), "uid": uid, "generation": generation})


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_context.get(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every logger's lines to standard error (or ``stream``), as JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
