"""Which coding of a file a client gets, and whether it has that already (RFC 9110, 12.5.3 and 13.1.2)."""

import re
from functools import lru_cache

from nameplate_ingestion.library.coding import Coding

_LONGEST = 256
"""Octets of Accept-Encoding; whoever says more is answered plainly."""
_CODING = re.compile(rb"([!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?")
_ALL = frozenset(Coding)
_ETAG = re.compile(rb'"[!#-~\x80-\xff]*"')


def choose_coding(accepted: bytes | None, offered: frozenset[Coding] = _ALL) -> Coding:
    """Return the coding that the client likes best; of those that it likes alike, the smallest.

    A client that says nothing, or accepts nothing of what there is, gets the file as it is.
    """
    return Coding.IDENTITY if accepted is None or len(accepted) > _LONGEST else _choose(accepted, offered)


@lru_cache(maxsize=256)
def _choose(accepted: bytes, offered: frozenset[Coding]) -> Coding:
    weights: dict[bytes, float] = {}
    for part in accepted.lower().split(b","):
        if match := _CODING.fullmatch(part.strip(b" \t")):
            weights[match[1].removeprefix(b"x-")] = 1.0 if match[2] is None else float(match[2])
    others = weights.get(b"*", 0.0)
    best, most = Coding.IDENTITY, weights.get(Coding.IDENTITY.token, 0.0)
    for coding in (Coding.GZIP, Coding.BROTLI):
        weight = weights.get(coding.token, others)
        if coding in offered and weight and weight >= most:
            best, most = coding, weight
    return best


def has_already(if_none_match: bytes | None, etag: bytes) -> bool:
    """Say whether the client holds this very representation; a proxy may have made the tag a weak one."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == b"*" or etag in _ETAG.findall(if_none_match)
