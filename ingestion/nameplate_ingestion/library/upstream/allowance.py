"""How often each domain may have an upstream asked for something new: strangers choose what they ask for."""

import time
from collections.abc import Callable

AT_ONCE = 100.0
"""What the first page after a start may load: all of the files of its destinations."""
PER_SECOND = 2.0
_MOST_DOMAINS = 10_000


class Allowance:
    """A bucket of tokens for each domain."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full ones."""
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        """Tokens, and when there were so many."""

    def take(self, domain: str) -> bool:
        """Return whether one more request may be made for a domain, and count it."""
        now = self._clock()
        left, at = self._buckets.get(domain, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - at) * PER_SECOND)
        if left < 1.0:
            return False
        if len(self._buckets) >= _MOST_DOMAINS:
            self._buckets.clear()
        self._buckets[domain] = left - 1.0, now
        return True
