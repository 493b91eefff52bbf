"""Files in memory that remember what was synced, and can forget the rest as a power cut does.

What was written since a file's last sync survives page by page, or not, or torn in the middle of a page; a name that
was made or removed since its directory's last sync survives or not. A kill forgets nothing.
"""

import errno
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PAGE = 4096


@dataclass
class _File:
    content: bytearray = field(default_factory=bytearray)
    safe: bytes = b""


class ForgetfulFiles:
    """The same operations as the real ones; directories are safe as soon as they are made."""

    def __init__(self, space: int | None = None) -> None:
        self.space = space
        """Octets that all files together may hold; None for no end."""
        self._names: dict[Path, _File] = {}
        self._safe_names: dict[Path, _File] = {}
        self._open: dict[int, _File] = {}
        self._next_descriptor = 1000
        self._locks: dict[int, Path] = {}
        self._mutex = threading.RLock()

    def make_directory(self, path: Path) -> None:
        pass

    def names(self, directory: Path) -> list[str]:
        with self._mutex:
            return [path.name for path in self._names if path.parent == directory]

    def lock(self, path: Path) -> int:
        with self._mutex:
            if path in self._locks.values():
                raise BlockingIOError(errno.EWOULDBLOCK, "locked", str(path))
            descriptor = self._descriptor(_File())
            self._locks[descriptor] = path
            return descriptor

    def create(self, path: Path) -> int:
        with self._mutex:
            if path in self._names:
                raise FileExistsError(errno.EEXIST, "exists", str(path))
            self._names[path] = _File()
            return self._descriptor(self._names[path])

    def open(self, path: Path) -> int:
        with self._mutex:
            if path not in self._names:
                raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
            return self._descriptor(self._names[path])

    def _descriptor(self, file: _File) -> int:
        self._next_descriptor += 1
        self._open[self._next_descriptor] = file
        return self._next_descriptor

    def close(self, descriptor: int) -> None:
        with self._mutex:
            del self._open[descriptor]
            self._locks.pop(descriptor, None)

    def size(self, descriptor: int) -> int:
        with self._mutex:
            return len(self._open[descriptor].content)

    def read(self, descriptor: int, size: int, offset: int) -> bytes:
        with self._mutex:
            return bytes(self._open[descriptor].content[offset : offset + size])

    def write(self, descriptor: int, buffers: Sequence[bytes], offset: int) -> int:
        with self._mutex:
            content = self._open[descriptor].content
            octets = b"".join(buffers)
            growth = max(0, offset + len(octets) - len(content))
            used = sum(len(file.content) for file in self._names.values())
            if growth and self.space is not None and used + growth > self.space:
                raise OSError(errno.ENOSPC, "no space left")
            content.extend(bytes(growth))
            content[offset : offset + len(octets)] = octets
            return len(octets)

    def truncate(self, descriptor: int, size: int) -> None:
        with self._mutex:
            del self._open[descriptor].content[size:]

    def has_name(self, descriptor: int) -> bool:
        with self._mutex:
            return any(file is self._open[descriptor] for file in self._names.values())

    def sync(self, descriptor: int) -> None:
        with self._mutex:
            file = self._open[descriptor]
            file.safe = bytes(file.content)

    def sync_directory(self, directory: Path) -> None:
        with self._mutex:
            elsewhere = {path: file for path, file in self._safe_names.items() if path.parent != directory}
            here = {path: file for path, file in self._names.items() if path.parent == directory}
            self._safe_names = elsewhere | here

    def remove(self, path: Path) -> None:
        with self._mutex:
            del self._names[path]

    def rot(self, octets: bytes) -> bool:
        """Turn over a bit of these octets, wherever they stand safely; say whether they stood anywhere."""
        found = False
        with self._mutex:
            for file in self._names.values():
                at = file.safe.find(octets)
                if at >= 0:
                    file.content[at + len(octets) - 1] ^= 1
                    safe = bytearray(file.safe)
                    safe[at + len(octets) - 1] ^= 1
                    file.safe, found = bytes(safe), True
        return found

    def after_kill(self) -> "ForgetfulFiles":
        """Return what the next process finds."""
        with self._mutex:
            return self._world(
                {name: (file.content, file.safe) for name, file in self._names.items()}, self._safe_names
            )

    def after_power_cut(self, rng: random.Random) -> "ForgetfulFiles":
        """Return what the next boot finds: all that was synced, and any part of the rest."""
        with self._mutex:
            names = {**self._safe_names, **self._names}
            survivors = {
                name: file
                for name, file in names.items()
                if (name in self._names and name in self._safe_names) or rng.random() < 0.5
            }
            contents = {name: _torn(file, rng) for name, file in survivors.items()}
            return self._world({name: (content, bytes(content)) for name, content in contents.items()}, survivors)

    def _world(self, files: dict[Path, tuple[bytearray, bytes]], safe_names: dict[Path, _File]) -> "ForgetfulFiles":
        world = ForgetfulFiles(self.space)
        world._names = {name: _File(bytearray(content), safe) for name, (content, safe) in files.items()}
        world._safe_names = {name: world._names.get(name, _File()) for name in safe_names}
        return world


def _torn(file: _File, rng: random.Random) -> bytearray:
    size = rng.choice([len(file.safe), len(file.content)])
    old, new = file.safe.ljust(size, b"\0")[:size], bytes(file.content).ljust(size, b"\0")[:size]
    survival = rng.random()
    torn = bytearray(old)
    for start in range(0, size, PAGE):
        if rng.random() < survival:
            kept = PAGE if rng.random() < 0.7 else rng.randrange(PAGE)
            torn[start : start + kept] = new[start : start + kept]
    return torn
