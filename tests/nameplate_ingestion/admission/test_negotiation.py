"""Which coding a client gets, by RFC 9110, 12.5.3, and what counts as the copy that it has."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate_ingestion.admission.negotiation import choose_coding, has_already
from nameplate_ingestion.library.coding import Coding

BR, GZIP, PLAIN = Coding.BROTLI, Coding.GZIP, Coding.IDENTITY


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, PLAIN),
        (b"", PLAIN),
        (b"gzip, deflate, br, zstd", BR),
        (b"gzip, deflate", GZIP),
        (b"gzip;q=1.0, br;q=0.5", GZIP),
        (b"gzip;q=0.5, br;q=0.501", BR),
        (b"br;q=0, gzip;q=0", PLAIN),
        (b"br;q=0.0, *", GZIP),
        (b"*", BR),
        (b"*;q=0", PLAIN),
        (b"identity;q=0, *;q=0", PLAIN),
        (b"identity", PLAIN),
        (b"identity;q=0.5, gzip;q=0.2", PLAIN),
        (b"identity;q=0.5, gzip;q=0.5", GZIP),
        (b"GZIP", GZIP),
        (b"x-gzip", GZIP),
        (b"gzip ; q=0.7 ,\tbr ;q=0", GZIP),
        (b"gzip;q=2", PLAIN),
        (b"gzip;q=-1", PLAIN),
        (b"gzip;q=nan", PLAIN),
        (b"gzip;level=9", PLAIN),
        (b"brotli", PLAIN),
        (b"deflate, zstd", PLAIN),
        (b",,gzip,", GZIP),
        (b"gzip, " + b"x" * 300, PLAIN),
    ],
)
def test_a_client_gets_what_it_likes_best(accepted, expected):
    assert choose_coding(accepted) is expected


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_header_is_our_fault(header):
    assert choose_coding(header) in Coding
    assert has_already(header, b'"a"') in (True, False)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, False),
        (b'"a-b"', True),
        (b'W/"a-b"', True),
        (b'"x", W/"y" ,"a-b"', True),
        (b"*", True),
        (b'"x"', False),
        (b"a-b", False),
        (b'"xa-b"', False),
        (b'"A-B"', False),
        (b"", False),
    ],
)
def test_a_copy_is_current_if_its_tag_is_among_those_told(told, expected):
    assert has_already(told, b'"a-b"') is expected
