"""Reads mounted key files."""

from pathlib import Path

_LARGEST = 1024 * 1024


def read_key(file: Path) -> bytes | None:
    """Return what the file holds without the line break at its end; None if there is no file, or nothing in it."""
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST).rstrip(b"\r\n") or None
    except OSError:
        return None
