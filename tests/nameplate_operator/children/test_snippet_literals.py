"""Text as literals: whatever stands in it comes out of the language's own reader as it went in."""

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate_operator.children.snippets.literals import double_quoted, in_page, kotlin, single_quoted

_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\r\t\"'\\$<#{}`"), max_size=30)


@pytest.mark.parametrize(
    ("write", "text", "literal"),
    [
        (double_quoted, "k3y", '"k3y"'),
        (double_quoted, 'a"b', r'"a\"b"'),
        (double_quoted, "a\\", r'"a\\"'),
        (double_quoted, '\\"', r'"\\\""'),
        (double_quoted, "a\nb\r\tc", r'"a\nb\r\tc"'),
        (double_quoted, r"\(x)", r'"\\(x)"'),
        (kotlin, "${x} $y", r'"\${x} \$y"'),
        (in_page, "</script><!--", r'"\u003c/script>\u003c!--"'),
        (single_quoted, "it's", r"'it\'s'"),
        (single_quoted, "#{x} $y", "'#{x} $y'"),
        (single_quoted, "a\\", r"'a\\'"),
        (single_quoted, "\\'", r"'\\\''"),
    ],
)
def test_a_literal_is_as_its_language_wants_it(write, text, literal):
    assert write(text) == literal


@given(_TEXT)
def test_a_literal_is_read_back_as_it_was(text: str) -> None:
    assert ast.literal_eval(double_quoted(text)) == text
    assert json.loads(double_quoted(text)) == text
    assert json.loads(in_page(text)) == text
    assert "<" not in in_page(text)
