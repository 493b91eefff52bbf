"""The page that the demo writes: headings, commands with what they print, and a part that is redrawn in place."""

import os
import shutil
import sys
import textwrap
import time
from collections.abc import Sequence
from typing import TextIO

_INDENT = "  "
_WIDEST = 110
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Page:
    """Writes to a stream; colours and redrawing are for terminals only."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self.is_terminal = self._stream.isatty()
        self._coloured = self.is_terminal and "NO_COLOR" not in os.environ
        self._started = time.monotonic()
        self._drawn = 0
        self._blank = True

    @property
    def elapsed(self) -> float:
        """Seconds since the page was begun."""
        return time.monotonic() - self._started

    @property
    def width(self) -> int:
        """Columns to write in."""
        if not self.is_terminal:
            return _WIDEST
        return max(60, shutil.get_terminal_size().columns - 1)

    def style(self, text: str, style: str) -> str:
        """Return the text in a style, where styles can be seen."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._coloured and style else text

    def heading(self, number: int, title: str) -> None:
        """Begin a step."""
        clock = f"[{self.elapsed:4.0f} s]"
        self.line()
        self.line(f"{self.style(f'{number:2}. {title}', 'bold')}  {self.style(clock, 'dim')}")
        self.line()

    def line(self, text: str = "") -> None:
        """Write one line; of blank ones, never two in a row."""
        self._drawn = 0
        if self._blank and not text:
            return
        self._blank = not text
        self._stream.write(text + "\n")
        self._stream.flush()

    def say(self, text: str) -> None:
        """Write a paragraph."""
        for line in textwrap.wrap(text, min(self.width, _WIDEST) - len(_INDENT), break_on_hyphens=False):
            self.line(_INDENT + line)

    def command(self, text: str) -> None:
        """Write a command, before what it prints."""
        self.line(_INDENT + self.style(f"$ {text}", "cyan"))

    def output(self, text: str, style: str = "") -> None:
        """Write what a command printed, or a text of the same kind."""
        for line in text.rstrip().splitlines():
            self.line(_INDENT + self.style(line, style))
        self.line()

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write names and values in two columns."""
        widest = max(len(name) for name, _ in rows)
        self.output("\n".join(f"{name:<{widest}}  {value}" for name, value in rows))

    def redraw(self, lines: Sequence[str]) -> None:
        """Write lines over those of the last call, unless something else was written in between."""
        if self._drawn:
            self._stream.write(f"\x1b[{self._drawn}F\x1b[J")
        self._stream.write("".join(f"{_INDENT}{line}\n" for line in lines))
        self._stream.flush()
        self._drawn, self._blank = len(lines), False
