"""The copies on disk, which a restart finds while the upstream is away: one file each, and no times.

Nobody waits for this disk, and what cannot be written is missing after the next start only.
"""

import hashlib
import json
import logging
import queue
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from nameplate_ingestion.library.upstream.terms import Copy

MOST_PENDING = 64
"""Changes that wait for the disk; others are not made."""
_MOST_FILES = 4096
_MOST_HEAD = 4096
_NEW = "new"

log = logging.getLogger(__name__)


class DiskCopies:
    """Writes in a thread of its own, which begins with the first copy: a disk that hangs holds up nothing else."""

    def __init__(self, directory: Path) -> None:
        """Take the directory; it may not be there yet."""
        self._directory = directory
        self._changes: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def load(self, most_octets: int) -> list[tuple[str, Copy]]:
        """Return what was kept, the latest last, and remove what is too much or damaged. Raises OSError; may block."""
        # Half of a copy, if we were killed.
        (self._directory / _NEW).unlink(missing_ok=True)
        found = [(file.stat(), file) for file in self._directory.glob("*")]
        kept: list[tuple[str, Copy]] = []
        for stat, file in sorted(found, key=lambda each: each[0].st_mtime_ns, reverse=True):
            fits = stat.st_size <= most_octets and len(kept) < _MOST_FILES
            read = _read(file) if fits else None
            if read is None:
                file.unlink(missing_ok=True)
            else:
                most_octets -= stat.st_size
                kept.append(read)
        return kept[::-1]

    def keep(self, url: str, copy: Copy) -> None:
        """Keep a copy, soon, if it can be done."""
        self._change(lambda: self._write(url, copy))

    def drop(self, url: str) -> None:
        """Let a copy go."""
        self._change(lambda: self._file(url).unlink(missing_ok=True))

    def close(self, timeout: float) -> None:
        """Finish what waits for the disk, for so many seconds at the most."""
        if self._thread is not None:
            self._changes.put(None)
            self._thread.join(timeout)

    def _change(self, change: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="upstream-copies", daemon=True)
            self._thread.start()
        if self._changes.qsize() < MOST_PENDING:
            self._changes.put(change)

    def _run(self) -> None:
        told = False
        while (change := self._changes.get()) is not None:
            try:
                change()
            except OSError as error:
                if not told:
                    log.warning("Copies of the upstream CDN's files are not kept on disk: %s", error.strerror)
                told = True

    def _file(self, url: str) -> Path:
        return self._directory / hashlib.sha256(url.encode()).hexdigest()[:32]

    def _write(self, url: str, copy: Copy) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        head = {
            "url": url,
            "type": copy.content_type,
            "gzip": copy.gzip,
            "validator": copy.validator,
            "crc": crc32(copy.body),
        }
        new = self._directory / _NEW
        new.write_bytes(json.dumps(head).encode() + b"\n" + copy.body)
        new.replace(self._file(url))


def forget_former(directory: Path, workers: int) -> None:
    """Remove what workers of a former, larger number kept, if there is anything; may block."""
    with suppress(OSError):
        for each in directory.iterdir():
            if each.name.isdecimal() and int(each.name) >= workers:
                shutil.rmtree(each, ignore_errors=True)


def _read(file: Path) -> tuple[str, Copy] | None:
    """Return a copy with its URL; None: it is damaged, for nobody waited until it was on disk."""
    with file.open("rb") as stream:
        line = stream.readline(_MOST_HEAD)
        body = stream.read()
    try:
        head = json.loads(line)
        if head["crc"] != crc32(body):
            return None
        copy = Copy.of(body, str(head["type"]), gzip=bool(head["gzip"]), validator=str(head["validator"]))
        return str(head["url"]), copy
    except (ValueError, KeyError, TypeError):
        return None
