"""The cursor: up to where the log is retired, on disk.

Two slots are written in turn and synced each time, so that one of them is always whole; they exist from the start, so
that a full disk does not keep the log from getting empty.
"""

import struct
from pathlib import Path
from zlib import crc32

from nameplate_ingestion.log.files import Files, write_all
from nameplate_ingestion.position import Position

_SLOT = 4096
"""Octets between the slots: no page of the disk holds both."""
_FIELDS = struct.Struct("<8sQQ")
_SUM = struct.Struct("<I")
_MAGIC = b"npCursor"


class Cursor:
    """The file of that name; used by one thread at a time."""

    def __init__(self, files: Files, directory: Path) -> None:
        """Read the cursor, or begin at the beginning if there is none that can be read."""
        self._files = files
        path = directory / "cursor"
        if path.name in files.names(directory):
            self._descriptor = files.open(path)
        else:
            self._descriptor = files.create(path)
        slots = [_decoded(files.read(self._descriptor, _FIELDS.size + _SUM.size, slot)) for slot in (0, _SLOT)]
        self.position = max((position for position in slots if position is not None), default=Position(0, 0))
        self._next = 0 if slots[0] is None or slots[0] < self.position else _SLOT
        files.sync(self._descriptor)
        if None in slots:
            self.save(self.position)
            self.save(self.position)
            files.sync_directory(directory)

    def save(self, position: Position) -> None:
        """Return when the position survives a power cut; positions grow."""
        fields = _FIELDS.pack(_MAGIC, *position)
        write_all(self._files, self._descriptor, [fields + _SUM.pack(crc32(fields))], self._next)
        self._files.sync(self._descriptor)
        self.position, self._next = position, _SLOT - self._next

    def close(self) -> None:
        """Give the file back."""
        self._files.close(self._descriptor)


def _decoded(octets: bytes) -> Position | None:
    if len(octets) < _FIELDS.size + _SUM.size:
        return None
    magic, segment, offset = _FIELDS.unpack_from(octets)
    if magic != _MAGIC or _SUM.unpack_from(octets, _FIELDS.size) != (crc32(octets[: _FIELDS.size]),):
        return None
    return Position(segment, offset)
