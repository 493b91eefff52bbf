"""A thread that begins when it is needed first: hundreds of logs may lie idle in one process."""

import threading
from collections.abc import Callable


class LateThread:
    """Runs once."""

    def __init__(self, run: Callable[[], None], name: str) -> None:
        """Take what it runs."""
        self._thread = threading.Thread(target=run, name=name, daemon=True)
        self._begun = False
        self._mutex = threading.Lock()

    def begin(self) -> None:
        """Begin, unless it has."""
        if self._begun:
            return
        with self._mutex:
            if not self._begun:
                self._thread.start()
                self._begun = True

    def join(self) -> None:
        """Return when it has ended."""
        self._thread.join()
