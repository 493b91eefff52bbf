"""Lines that tell a person what is being built and how far it is."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

LINE_EVERY = 3.0


class Progress:
    """Says where a long piece of work stands: a line that rewrites itself on a terminal, else one every few seconds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to `stream`, standard error unless told otherwise."""
        self._stream = stream or sys.stderr
        self._rewrites = self._stream.isatty()
        self._started = time.monotonic()
        self._said = float("-inf")
        self._text = ""

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self._write(text, stays=True)

    def update(self, text: str) -> None:
        """Write how far the work is, unless that was said only just now."""
        self._text = text
        now = time.monotonic()
        if now - self._said >= (0.2 if self._rewrites else LINE_EVERY):
            self._said = now
            self._write(text, stays=not self._rewrites)

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Repeat the last update, with the time gone by, while the work itself has nothing to say."""
        done = threading.Event()

        def tick() -> None:
            while not done.wait(LINE_EVERY):
                self.update(self._text)

        thread = threading.Thread(target=tick, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _write(self, text: str, *, stays: bool) -> None:
        elapsed = int(time.monotonic() - self._started)
        line = f"[{elapsed // 60}:{elapsed % 60:02d}] {text}"
        if self._rewrites:
            line = f"\r\x1b[K{line}"
        self._stream.write(line + ("\n" if stays else ""))
        self._stream.flush()
