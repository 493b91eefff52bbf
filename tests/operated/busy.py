"""How much a time that was measured is owed to other work on this machine."""

import time

_WORK = 0.2


def slowness() -> float:
    """Return how many times as long a piece of work takes as it needs the processor: 1 on a machine without others."""
    wall, used = time.monotonic(), time.thread_time()
    while (worked := time.thread_time() - used) < _WORK:
        pass
    return max(1.0, (time.monotonic() - wall) / worked)


class Watch:
    """Started when it is made; compares the time since then with a bound that is meant for a machine without others."""

    def __init__(self) -> None:
        self._slowness = slowness()
        self._begun = time.monotonic()

    def check(self, within: float, what: str) -> None:
        """Fail if that took longer than so many seconds, stretched by how busy the machine was before and after."""
        took = time.monotonic() - self._begun
        allowed = within * (self._slowness + slowness()) / 2
        assert took <= allowed, f"{what} took {took:.1f} s of {allowed:.1f} s"
