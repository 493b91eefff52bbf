"""Reads mounted key files, and remembers each for as long as its file is away."""

from collections.abc import Iterable
from pathlib import Path

_LARGEST = 1024**2


class KeyFiles:
    """The key files of one domain."""

    def __init__(self, directory: Path) -> None:
        """Take where they are mounted."""
        self.directory = directory
        self.away: set[str] = set()
        """Names of those that were not there when they were read last."""
        self._last: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        """Return what the file holds, or held last, without the line break at its end; None if it never held any."""
        content = _content(self.directory / name)
        if content is None:
            self.away.add(name)
        else:
            self.away.discard(name)
            self._last[name] = content
        return self._last.get(name)

    def forget_others(self, names: Iterable[str]) -> None:
        """Remember these only."""
        kept = set(names)
        self._last = {name: content for name, content in self._last.items() if name in kept}
        self.away &= kept


def _content(file: Path) -> bytes | None:
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST).rstrip(b"\r\n") or None
    except OSError:
        return None
