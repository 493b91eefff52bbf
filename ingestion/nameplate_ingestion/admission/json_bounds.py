"""Bounds on JSON that is passed on unread, so that whoever reads it later is not overwhelmed either."""

import re

from nameplate_ingestion.admission.answers import Refusal, Row

MOST_LEVELS = 64
MOST_DIGITS = 127
_STRIDE = 16
_DIGITS = bytes(0x30 if 0x30 <= octet <= 0x39 else 0x20 for octet in range(256))
_SAMPLED_RUN = b"0" * ((MOST_DIGITS + 1) // _STRIDE)
_RUN = re.compile(rb"[0-9]{%d}" % (MOST_DIGITS + 1))
_NO_BRACKETS = bytes(octet for octet in range(256) if octet not in b"[]{}")
_SQUARE = bytes.maketrans(b"{}", b"[]")


def check_bounds(body: bytes) -> None:
    """Raise Refusal for a body with more levels or longer numbers. It must be well-formed.

    Two questions that are cheap to ask let most bodies through: are there so many brackets, and, if every sixteenth
    octet is looked at, so many digits in a row?
    """
    many_brackets = body.count(b"{") + body.count(b"[") > MOST_LEVELS
    many_digits = _SAMPLED_RUN in body[::_STRIDE].translate(_DIGITS)
    if not (many_brackets or many_digits):
        return
    structure = _outside_strings(body)
    if many_digits and _RUN.search(structure):
        raise Refusal(Row.INVALID_JSON, f"a number of more than {MOST_DIGITS} digits in a row")
    if many_brackets and not _collapses(structure.translate(_SQUARE, _NO_BRACKETS)):
        raise too_deep()


def too_deep() -> Refusal:
    """Return the refusal of a body that nests too deeply."""
    return Refusal(Row.INVALID_JSON, f"more than {MOST_LEVELS} levels of objects and arrays")


def _outside_strings(body: bytes) -> bytes:
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(body.split(b'"')[::2])


def _collapses(brackets: bytes) -> bool:
    """Return whether brackets are gone once the innermost pairs have been taken away so many times."""
    for _ in range(MOST_LEVELS):
        if not brackets:
            return True
        brackets = brackets.replace(b"[]", b"")
    return not brackets
