"""JSON as clients write it: what is mended, what is refused, and what is passed on as it came."""

import msgspec
import pytest

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.json_text import read_json

members = msgspec.json.Decoder(dict[str, msgspec.Raw])
name = msgspec.json.Decoder(dict[str, str])


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b' \t\r\n{"a" : 1 } \n',
        b'{"a":"\\ud83d\\ude00"}',
        '{"a":"\N{GRINNING FACE}"}'.encode(),
        b'{"a":"\\\\ud83d"}',
        b'{"a":-0.0e-99999999999,"b":1.7976931348623157e308}',
        b'{"a":"\\u0000","b":"\x7f"}',
        b'{"__proto__":{},"constructor":null}',
    ],
)
def test_good_json_stays_as_it_came(body):
    assert read_json(body, members)[1] == body


@pytest.mark.parametrize(
    ("sent", "mended"),
    [
        pytest.param(b'\xef\xbb\xbf{"a":"b"}', b'{"a":"b"}', id="byte order mark"),
        pytest.param(b'{"a":"\\ud83d"}', b'{"a":"\\ufffd"}', id="first half of a pair"),
        pytest.param(b'{"a":"\\uDE00"}', b'{"a":"\\ufffd"}', id="second half"),
        pytest.param(b'{"a":"\\ud83dx"}', b'{"a":"\\ufffdx"}', id="followed by a letter"),
        pytest.param(b'{"a":"\\ud83d\\n"}', b'{"a":"\\ufffd\\n"}', id="followed by another escape"),
        pytest.param(b'{"a":"\\ude00\\ud83d"}', b'{"a":"\\ufffd\\ufffd"}', id="halves in the wrong order"),
        pytest.param(b'{"a":"\\ud83d\\ud83d\\ude00"}', b'{"a":"\\ufffd\\ud83d\\ude00"}', id="half before a whole"),
        pytest.param(b'{"a":"\\\\\\ud83d"}', b'{"a":"\\\\\\ufffd"}', id="behind a backslash"),
        pytest.param(b'{"\\ud83d":"b"}', b'{"\\ufffd":"b"}', id="in a name"),
    ],
)
@pytest.mark.parametrize("decoder", [members, name], ids=["passed on", "read"])
def test_small_faults_are_mended(sent, mended, decoder):
    assert read_json(sent, decoder)[1] == mended


def test_of_members_of_one_name_the_last_one_counts():
    assert read_json(b'{"a":"1","a":"2"}', name)[0] == {"a": "2"}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "Input data was truncated"),
        (b"{", "Input data was truncated"),
        (b"{}{}", "JSON is malformed: trailing characters (byte 3)"),
        (b'{"a":NaN}', "JSON is malformed: invalid character (byte 5)"),
        (b'{"a":Infinity}', "JSON is malformed: invalid character (byte 5)"),
        (b"{'a':1}", "JSON is malformed: object keys must be strings (byte 1)"),
        (b'{"a":1,}', "JSON is malformed: trailing comma in object (byte 7)"),
        (b'{"a":01}', "JSON is malformed: invalid number (byte 6)"),
        (b'{"a":"\x00"}', "JSON is malformed: invalid character (byte 6)"),
        (b'{"a":"\\x41"}', "JSON is malformed: invalid escaped character (byte 7)"),
        (b'{"a":"\\ud83d', "Input data was truncated"),
        (b"// a\n{}", "JSON is malformed: invalid character (byte 0)"),
        (b'{"a":"\xff"}', "no UTF-8 (byte 6)"),
        (b'{"a":"\xed\xa0\xbd"}', "no UTF-8 (byte 6)"),
        (b'{"a":"\xc0\xaf"}', "no UTF-8 (byte 6)"),
        (b"\xff\xfe{\x00}\x00", "no UTF-8 (byte 0)"),
        (b'{"a":' + b"[" * 200_000, "more than 64 levels of objects and arrays"),
        (b'{"a":' * 100_000, "more than 64 levels of objects and arrays"),
    ],
)
def test_what_is_no_json_is_refused(body, detail):
    with pytest.raises(Refusal) as refusal:
        read_json(body, members)
    assert (refusal.value.row, refusal.value.detail) == (Row.INVALID_JSON, detail)


def test_json_of_another_kind_is_the_callers_to_judge():
    with pytest.raises(msgspec.ValidationError):
        read_json(b"[]", members)
