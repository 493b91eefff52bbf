"""Bounds on JSON that is passed on unread, so that whoever reads it later is not overwhelmed either."""

import re
from itertools import accumulate

from nameplate_ingestion.admission.answers import Refusal, Row

MOST_LEVELS = 64
"""As many as .NET's reader takes (JsonReaderOptions.MaxDepth, the default); Ruby's takes 100, Jackson 1,000."""
MOST_DIGITS = 127
"""In a row. An integer of 256 bits has 78, a double as JavaScript writes it at most 22.

Some readers take quadratic time for long ones, or refuse them (Jackson more than 1,000, Python more than 4,300). One
more than this is a multiple of the stride below.
"""
MOST_KEYS = 10_000
"""Of one event, and of all that stands beside events (Segment's rate limits, "Properties")."""
_LEAST_KEY = 5
"""Octets that a key with its value and the comma takes at the least."""
_STRIDE = 16
"""Octets between two samples."""
_DIGITS = bytes(0x30 if 0x30 <= octet <= 0x39 else 0x20 for octet in range(256))
_SAMPLED_RUN = b"0" * ((MOST_DIGITS + 1) // _STRIDE)
_RUN = re.compile(rb"[0-9]{%d}" % (MOST_DIGITS + 1))
_NO_BRACKETS = bytes(octet for octet in range(256) if octet not in b"[]{}")
_STEPS = bytes.maketrans(b"[]{}", b"\x01\xff\x01\xff")
"""One level down, one up, as signed octets."""


def check_digits(text: bytes) -> None:
    """Raise Refusal if well-formed JSON holds a number with more digits in a row."""
    # Too long a run shows in a row of samples; only a text that has such a row is looked at in full.
    if _SAMPLED_RUN in text[::_STRIDE].translate(_DIGITS) and _RUN.search(_outside_strings(text)):
        raise Refusal(Row.INVALID_JSON, f"a number of more than {MOST_DIGITS} digits in a row")


def check_levels(text: bytes, parts: list[bytes]) -> None:
    """Raise Refusal if well-formed JSON, or one of the parts that stand in it, has more levels."""
    # What holds few brackets cannot be deep, and counting them is cheap; this lets most texts through.
    around = _count(text)
    for part in parts:
        inside = _count(part)
        around -= inside
        if inside > MOST_LEVELS and _levels(part) > MOST_LEVELS:
            raise too_deep()
    if around > MOST_LEVELS and _levels(text) > MOST_LEVELS:
        raise too_deep()


def check_keys(text: bytes, parts: list[bytes]) -> None:
    """Raise Refusal if well-formed JSON, but for the parts that stand in it, or one of the parts has more keys."""
    # Most texts are too short to hold so many.
    around = len(text)
    for part in parts:
        around -= len(part)
        if len(part) > _LEAST_KEY * MOST_KEYS and _keys(part) > MOST_KEYS:
            raise _too_many_keys()
    if around > _LEAST_KEY * MOST_KEYS and _keys(text) - sum(map(_keys, parts)) > MOST_KEYS:
        raise _too_many_keys()


def too_deep() -> Refusal:
    """Return the refusal of JSON that nests too deeply."""
    return Refusal(Row.INVALID_JSON, f"more than {MOST_LEVELS} levels of objects and arrays")


def _too_many_keys() -> Refusal:
    return Refusal(Row.INVALID_JSON, f"more than {MOST_KEYS:,} keys")


def _keys(text: bytes) -> int:
    return _outside_strings(text).count(b":")


def _count(text: bytes) -> int:
    # To take octets out is several times as fast as to count them, since that looks for the next one with memchr(3).
    return 2 * len(text) - len(text.replace(b"{", b"")) - len(text.replace(b"[", b""))


def _levels(text: bytes) -> int:
    steps = _outside_strings(text).translate(_STEPS, _NO_BRACKETS)
    return max(accumulate(memoryview(steps).cast("b")), default=0)


def _outside_strings(text: bytes) -> bytes:
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(text.split(b'"')[::2])
