"""What a line of the log is about: the object, and the pass over it; secrets are never part of a message."""

import contextlib
import contextvars
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from nameplate_operator.ports import Ref

_context: contextvars.ContextVar[Mapping[str, Any]] = contextvars.ContextVar("log_context", default={})  # noqa: B039


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


def context() -> Mapping[str, Any]:
    """Return what a line says besides: which object it is about, and which pass it belongs to."""
    return _context.get()
