"""A compressed beginning and an end put behind it are one file to every decoder."""

import gzip
import subprocess
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate_ingestion.library.build import begin_brotli
from nameplate_ingestion.library.coding import begin_gzip, end_brotli, end_gzip

LONGEST_END = bytes(65_535)
"""What fits into one block (RFC 1951, 3.2.4); one of brotli's holds 65,536 (RFC 7932, 9.2)."""
BEGINNINGS = st.binary(min_size=1, max_size=300) | st.sampled_from([b"x", bytes(100_000), b"var a=1;" * 5000])
ENDS = st.binary(min_size=1, max_size=300) | st.sampled_from([b";", LONGEST_END, b"\xff" * 0x8000])
patient = settings(deadline=None)


def gzipped(beginning: bytes, end: bytes) -> bytes:
    return begin_gzip(beginning) + end_gzip(end, zlib.crc32(beginning), len(beginning))


@patient
@given(BEGINNINGS, ENDS)
def test_both_codings_decode_to_what_was_put_together(beginning, end):
    assert brotli.decompress(begin_brotli(beginning) + end_brotli(end)) == beginning + end
    # It compares sum and length too, and wants no octet behind them.
    assert gzip.decompress(gzipped(beginning, end)) == beginning + end
    one = zlib.decompressobj(wbits=31)
    assert one.decompress(gzipped(beginning, end)) == beginning + end
    assert one.eof
    assert one.unused_data == b""


@pytest.mark.parametrize("end", [b'"https://cdn.cdp.acme.com","api.cdp.acme.com/v1","k3y");\n', LONGEST_END])
def test_gzip_itself_and_node_decode_it(end):
    beginning = b"(function($cdn,$api,$key){!function(){}();})(" * 1000
    listed = subprocess.run(["gzip", "-dc"], input=gzipped(beginning, end), capture_output=True, check=True)
    assert listed.stdout == beginning + end
    script = (
        "const {brotliDecompressSync: b, gunzipSync: g} = require('zlib'), fs = require('fs');"
        "process.stdout.write((process.argv[1] === 'br' ? b : g)(fs.readFileSync(0)))"
    )
    for name, octets in (("br", begin_brotli(beginning) + end_brotli(end)), ("gz", gzipped(beginning, end))):
        done = subprocess.run(["node", "-e", script, name], input=octets, capture_output=True, check=True)
        assert done.stdout == beginning + end


def test_an_end_that_is_cut_or_exchanged_is_noticed():
    octets = gzipped(b"beginning", b"end")
    for wrong in (octets[:-1], octets[:-9] + b"X" + octets[-8:]):
        with pytest.raises((EOFError, gzip.BadGzipFile, zlib.error)):
            gzip.decompress(wrong)
    with pytest.raises(brotli.error):
        brotli.decompress(begin_brotli(b"beginning") + end_brotli(b"end")[:-1])
