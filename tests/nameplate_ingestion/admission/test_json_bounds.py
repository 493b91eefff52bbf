"""How deep JSON may nest and how long its numbers may be; what stands in strings does not count."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.json_bounds import check_digits, check_levels

MANY = b"[" + b",".join([b'{"a":[]}'] * 500) + b"]"


def nested(levels):
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(b"{}", [], id="flat"),
        pytest.param(nested(64), [], id="as deep as allowed"),
        pytest.param(b'{"a":' * 64 + b"1" + b"}" * 64, [], id="objects as deep as allowed"),
        pytest.param(MANY, [], id="wide"),
        pytest.param(b'["' + b"[" * 200 + b'"]', [], id="brackets in a string"),
        pytest.param(b'["\\"' + b"[" * 200 + b'"]', [], id="behind an escaped quote"),
        pytest.param(b'["\\\\","' + b"[" * 200 + b'"]', [], id="behind an escaped backslash"),
        pytest.param(b"[" + MANY + b"]", [MANY], id="a wide part"),
        pytest.param(b"[" + nested(64) + b"]", [nested(64)], id="a part as deep as allowed"),
    ],
)
def test_shallow_is_let_through(text, parts):
    check_levels(text, parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(nested(65), [], id="one too many"),
        pytest.param(b'{"a":' * 65 + b"1" + b"}" * 65, [], id="one object too many"),
        pytest.param(b'[{"a":' * 33 + b"1" + b"}]" * 33, [], id="mixed"),
        pytest.param(b'["]",' * 65 + b"1" + b',"["]' * 65, [], id="closed in strings only"),
        pytest.param(b'["\\\\",' * 65 + b"1" + b"]" * 65, [], id="between escaped backslashes"),
        pytest.param(b"[" + nested(65) + b"]", [nested(65)], id="a part"),
        pytest.param(b"[{}," + nested(65) + b"]", [b"{}"], id="around the parts"),
    ],
)
def test_deep_is_refused(text, parts):
    with pytest.raises(Refusal) as refusal:
        check_levels(text, parts)
    assert (refusal.value.row, refusal.value.detail) == (
        Row.INVALID_JSON,
        "more than 64 levels of objects and arrays",
    )


@pytest.mark.parametrize("ahead", range(16))
def test_the_number_of_digits_is_bounded_wherever_the_number_stands(ahead):
    check_digits(b" " * ahead + b'{"a":' + b"1" * 127 + b"}")
    with pytest.raises(Refusal) as refusal:
        check_digits(b" " * ahead + b'{"a":' + b"1" * 128 + b"}")
    assert (refusal.value.row, refusal.value.detail) == (
        Row.INVALID_JSON,
        "a number of more than 127 digits in a row",
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'{"a":"' + b"1" * 500 + b'"}', id="in a string"),
        pytest.param(b'{"' + b"1" * 500 + b'":"\\""}', id="in a name"),
        pytest.param(b"[" + b"123456789," * 100 + b"1]", id="many numbers"),
    ],
)
def test_digits_of_no_single_number_do_not_count(text):
    check_digits(text)


@pytest.mark.parametrize("number", [b"0." + b"3" * 200, b"1e" + b"3" * 200, b"-" + b"3" * 200])
def test_every_part_of_a_number_counts(number):
    with pytest.raises(Refusal):
        check_digits(b'{"a":' + number + b"}")


def depth(value):
    """Count the levels by walking them."""
    if not isinstance(value, list | dict):
        return 0
    return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)


TEXTS = st.text('[]{}"\\,:x', max_size=6)
TREES = st.recursive(
    TEXTS | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(TREES, st.integers(58, 64))
def test_levels_are_counted_as_a_reader_meets_them(tree, around):
    text = b"[" * around + json.dumps(tree).encode() + b"]" * around
    refused = False
    try:
        check_levels(text, [])
    except Refusal:
        refused = True
    assert refused == (around + depth(tree) > 64)
