"""Compressed bodies: read within bounds, whatever is inside."""

import gzip
import tracemalloc
import zlib

import pytest

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.body import read_body

LIMIT = 512_000
TEXT = b'{"userId":"u"}'
EMPTY_MEMBER = gzip.compress(b"")


@pytest.mark.parametrize(
    ("sent", "encoding"),
    [
        pytest.param(TEXT, None, id="no encoding"),
        pytest.param(TEXT, b"", id="empty"),
        pytest.param(TEXT, b"identity", id="identity"),
        pytest.param(gzip.compress(TEXT), b"gzip", id="gzip"),
        pytest.param(gzip.compress(TEXT), b" GZip ", id="gzip in any case"),
        pytest.param(gzip.compress(TEXT), b"x-gzip", id="its old name (RFC 9110, 8.4.1.3)"),
        pytest.param(gzip.compress(TEXT[:5]) + gzip.compress(TEXT[5:]), b"gzip", id="two members (RFC 1952, 2.2)"),
        pytest.param(EMPTY_MEMBER * 15 + gzip.compress(TEXT), b"gzip", id="sixteen members"),
    ],
)
def test_what_was_meant_is_returned(sent, encoding):
    assert read_body(sent, encoding, LIMIT) == TEXT


def test_the_limit_itself_is_allowed():
    whole = b"x" * LIMIT
    assert read_body(whole, None, LIMIT) == whole
    assert read_body(gzip.compress(whole), b"gzip", LIMIT) == whole


@pytest.mark.parametrize(
    ("sent", "encoding", "row"),
    [
        pytest.param(b"x" * (LIMIT + 1), None, Row.BODY_TOO_LARGE, id="too large"),
        pytest.param(gzip.compress(b"x" * (LIMIT + 1)), b"gzip", Row.BODY_TOO_LARGE, id="too large once read"),
        pytest.param(b"x" * (LIMIT + 1), b"gzip", Row.BODY_TOO_LARGE, id="too large to be looked at"),
        pytest.param(
            gzip.compress(b"x" * LIMIT) + gzip.compress(b"x"),
            b"gzip",
            Row.BODY_TOO_LARGE,
            id="too large by its second half",
        ),
        pytest.param(EMPTY_MEMBER * 17, b"gzip", Row.BODY_TOO_LARGE, id="too many members"),
        pytest.param(TEXT, b"gzip", Row.INVALID_ENCODING, id="no gzip"),
        pytest.param(b"", b"gzip", Row.INVALID_ENCODING, id="nothing"),
        pytest.param(zlib.compress(TEXT), b"gzip", Row.INVALID_ENCODING, id="zlib"),
        pytest.param(gzip.compress(TEXT)[:-1], b"gzip", Row.INVALID_ENCODING, id="cut"),
        pytest.param(gzip.compress(TEXT)[:-8] + bytes(8), b"gzip", Row.INVALID_ENCODING, id="wrong checksum"),
        pytest.param(gzip.compress(TEXT) + b"more", b"gzip", Row.INVALID_ENCODING, id="rubbish behind it"),
        pytest.param(TEXT, b"br", Row.UNSUPPORTED_ENCODING, id="brotli"),
        pytest.param(TEXT, b"deflate", Row.UNSUPPORTED_ENCODING, id="deflate"),
        pytest.param(TEXT, b"gzip, gzip", Row.UNSUPPORTED_ENCODING, id="gzip twice"),
        pytest.param(TEXT, b"\xff", Row.UNSUPPORTED_ENCODING, id="no name at all"),
    ],
)
def test_all_else_is_refused(sent, encoding, row):
    with pytest.raises(Refusal) as refusal:
        read_body(sent, encoding, LIMIT)
    assert refusal.value.row is row


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(gzip.compress(bytes(64 * 1024**2)), id="64 MiB of zeros"),
        pytest.param(EMPTY_MEMBER * 25_000, id="25,000 empty members"),
        pytest.param(gzip.compress(b"x" * LIMIT)[:-8] * 300, id="many members that never end"),
    ],
)
def test_a_bomb_takes_no_memory(bomb):
    assert len(bomb) <= LIMIT
    tracemalloc.start()
    try:
        with pytest.raises(Refusal) as refusal:
            read_body(bomb, b"gzip", LIMIT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refusal.value.row in (Row.BODY_TOO_LARGE, Row.INVALID_ENCODING)
    assert peak < 4 * 1024**2


def test_a_million_empty_members_are_refused_unread():
    with pytest.raises(Refusal) as refusal:
        read_body(EMPTY_MEMBER * 1_000_000, b"gzip", LIMIT)
    assert refusal.value.row is Row.BODY_TOO_LARGE
