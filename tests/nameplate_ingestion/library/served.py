"""What a client makes of a representation, by decoders that are not ours."""

import gzip
from collections.abc import Callable, Mapping

import brotli

from nameplate_ingestion.library.coding import Coding
from nameplate_ingestion.library.shelf import Representation

DECODE: Mapping[Coding, Callable[[bytes], bytes]] = {
    Coding.IDENTITY: bytes,
    Coding.GZIP: gzip.decompress,
    Coding.BROTLI: brotli.decompress,
}


def text_of(found: Representation) -> str:
    """Return what it says."""
    return DECODE[found.coding](found.beginning + found.end).decode()
