"""How long a server is waited for: briefly while it lets requests run out of time, so that no pass waits long for it.

It is still asked: a request that hangs may be one zone's trouble, and whoever is answered soon is not held up by it.
"""

BRIEF_TIMEOUT = 1.0
WHOLE_TIME_EVERY = 30.0
"""Seconds between two requests that may take the whole time: a server that became slow is found to answer."""


class Patience:
    """The time for the next request, in seconds; every instant is passed in."""

    def __init__(self, whole: float) -> None:
        self._whole = whole
        self._whole_at: float | None = None

    def grant(self, now: float) -> float:
        """Return how long the next answer is waited for."""
        if self._whole_at is None:
            return self._whole
        if now < self._whole_at:
            return min(self._whole, BRIEF_TIMEOUT)
        # This one finds out for all; the others stay brief meanwhile.
        self._whole_at = now + WHOLE_TIME_EVERY
        return self._whole

    def lose(self, granted: float, now: float) -> None:
        """Be brief from now on if no answer came within the whole time."""
        # What was cut short proves nothing: it must not put off the next request that may take the whole time.
        if granted >= self._whole:
            self._whole_at = now + WHOLE_TIME_EVERY

    def regain(self) -> None:
        """Wait the whole time again: an answer came."""
        self._whole_at = None
