"""The octets of a frame, and what is not taken for one."""

import struct
import zlib

import pytest

from nameplate_ingestion.log.frame import Frame, frame_at, record_header, void_header, whole_length

BODY = b"a record"
FIELDS = b"npR1" + struct.pack("<IIII", len(BODY), 60, 1_900_000_000, zlib.crc32(BODY))
WHOLE = FIELDS + struct.pack("<I", zlib.crc32(struct.pack("<QQ", 7, 100) + FIELDS)) + BODY
"""A record in segment 7 at offset 100, written when the segment was synced up to 60."""


def test_the_header_is_as_described():
    assert record_header(7, 100, BODY, 60, 1_900_000_000) + BODY == WHOLE


def test_a_frame_is_found_at_its_place():
    segment = memoryview(bytes(100) + WHOLE + bytes(50))
    assert frame_at(7, segment, 100) == Frame(100, 132, 60, 1_900_000_000, void=False)
    assert frame_at(7, segment[90:], 100, at=90) == Frame(100, 132, 60, 1_900_000_000, void=False)
    assert whole_length(7, 100, WHOLE[:24]) == 32


@pytest.mark.parametrize(
    ("segment", "offset", "octets"),
    [
        pytest.param(8, 100, WHOLE, id="of another segment"),
        pytest.param(7, 101, WHOLE, id="of another offset"),
        pytest.param(7, 100, WHOLE[:-1], id="cut in the record"),
        pytest.param(7, 100, WHOLE[:23], id="cut in the header"),
        pytest.param(7, 100, b"", id="nothing"),
        pytest.param(7, 100, bytes(64), id="zeros"),
        *(
            pytest.param(7, 100, WHOLE[:at] + bytes([WHOLE[at] ^ 1]) + WHOLE[at + 1 :], id=f"octet {at} changed")
            for at in range(len(WHOLE))
        ),
    ],
)
def test_anything_else_is_no_frame(segment, offset, octets):
    assert frame_at(segment, memoryview(bytes(offset) + octets), offset) is None


def test_a_void_fills_its_stretch_whatever_stands_in_it():
    segment = memoryview(bytes(10) + void_header(3, 10, 90) + b"?" * 56)
    assert frame_at(3, segment, 10) == Frame(10, 90, 0, 0, void=True)
