"""The cache of built programs: a directory that is made once, whole or not at all, however many ask for it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_root() -> Path:
    """Return the folder, outside any checkout, that holds what is built for tests and the demo."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "nameplate" / "programs"


@contextmanager
def locked(lock: Path, busy: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold an exclusive lock that the kernel takes back whatever becomes of us; `busy` is called before a wait."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            busy()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made_once(directory: Path, make: Callable[[Path], None], busy: Callable[[], None] = lambda: None) -> Path:
    """Return `directory`, filled by `make` unless it is there; a second caller waits for the first."""
    if directory.is_dir():
        return directory
    with locked(directory.with_name(f"{directory.name}.lock"), busy):
        unfinished = directory.with_name(f"{directory.name}.unfinished")
        # Whoever left it is dead: the lock is ours.
        shutil.rmtree(unfinished, ignore_errors=True)
        if directory.is_dir():
            return directory
        unfinished.mkdir()
        try:
            make(unfinished)
            _flush(unfinished)
            unfinished.rename(directory)
            _flush_one(directory.parent)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return directory


def _flush(directory: Path) -> None:
    for path in [*directory.rglob("*"), directory]:
        _flush_one(path)


def _flush_one(path: Path) -> None:
    # A rename that survives a power cut must not name files that did not.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
