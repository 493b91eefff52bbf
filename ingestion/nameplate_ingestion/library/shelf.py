"""The library as a process holds it: read once from its directory, and ended for whoever asks."""

import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Self

from nameplate_ingestion.library.coding import Coding, end_brotli, end_gzip
from nameplate_ingestion.library.rewriting import end_of

MANIFEST = "library.json"
BEGINNING = "analytics.min.js"
CHUNKS = "bundles"
_MOST_ENDS = 256


class Representation(NamedTuple):
    """A file in one coding."""

    beginning: bytes
    """The same for whoever asks."""
    end: bytes
    coding: Coding
    etag: bytes
    """Strong, in its quotes."""


class Names(NamedTuple):
    """What is put into the library."""

    cdn: str
    """``https://`` and a host."""
    api: str
    """A host and ``/v1``."""
    key: str


Encoded = Mapping[Coding, Representation]


class Library:
    """Analytics.js, and the parts that it and older versions load."""

    def __init__(self, version: str, beginnings: Mapping[Coding, bytes], chunks: Mapping[str, Encoded]) -> None:
        """Take the beginning of the file, and the parts by name, in every coding."""
        self.version = version
        self._beginnings = beginnings
        self._chunks = chunks
        plain = beginnings[Coding.IDENTITY]
        self._crc, self._length = zlib.crc32(plain), len(plain)
        self._digests = {coding: _digest(octets) for coding, octets in beginnings.items()}
        self._end = lru_cache(maxsize=_MOST_ENDS)(self._make_end)

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Return what the directory holds. Raises OSError, or ValueError or KeyError if `build` did not make it."""
        version = json.loads((directory / MANIFEST).read_text("utf-8"))["version"]
        beginnings = {coding: (directory / f"{BEGINNING}{coding.suffix}").read_bytes() for coding in Coding}
        chunks = {file.name: _read(file) for file in sorted((directory / CHUNKS).glob("*.js"))}
        return cls(version, beginnings, chunks)

    def file(self, names: Names, coding: Coding) -> Representation:
        """Return the library for a host and a key."""
        end, etag = self._end(names, coding)
        return Representation(self._beginnings[coding], end, coding, etag)

    def chunk(self, name: str, coding: Coding) -> Representation | None:
        """Return a part, or None if no version has one of this name."""
        encoded = self._chunks.get(name)
        return encoded[coding] if encoded else None

    def _make_end(self, names: Names, coding: Coding) -> tuple[bytes, bytes]:
        end = end_of(*names)
        etag = b'"%b-%b"' % (self._digests[coding], _digest(end))
        if coding is Coding.GZIP:
            return end_gzip(end, self._crc, self._length), etag
        return (end_brotli(end) if coding is Coding.BROTLI else end), etag


def etag_of(octets: bytes) -> bytes:
    """Return the strong ETag of octets, in its quotes."""
    return b'"%b"' % _digest(octets)


def _read(file: Path) -> Encoded:
    encoded = {}
    for coding in Coding:
        octets = file.with_name(f"{file.name}{coding.suffix}").read_bytes()
        encoded[coding] = Representation(octets, b"", coding, etag_of(octets))
    return encoded


def _digest(octets: bytes) -> bytes:
    return blake2b(octets, digest_size=8).hexdigest().encode()
