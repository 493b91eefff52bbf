"""A bounded memory of things that are good for as long as their TTL says."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_LONGEST = 6 * 3600.0
"""Longest stay of an entry in seconds, whatever its TTL: what has moved is noticed within that time."""
_MOST = 20_000


class Expiring(Generic[T]):
    """Values by name; ``clock`` counts seconds. The oldest make room for new ones."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def put(self, name: str, value: T, ttl: float) -> None:
        """Remember a value for so many seconds."""
        self._entries[name] = (self._clock() + min(ttl, _LONGEST), value)
        self._entries.move_to_end(name)
        if len(self._entries) > _MOST:
            self._entries.popitem(last=False)

    def get(self, name: str) -> T | None:
        """Return the value while it is good."""
        entry = self._entries.get(name)
        return entry[1] if entry is not None and self._clock() < entry[0] else None

    def forget(self, name: str) -> None:
        """Forget the value of the name."""
        self._entries.pop(name, None)
