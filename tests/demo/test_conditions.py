"""The live table says each change once where lines stay, and draws over itself on a terminal."""

import io
import re
from typing import Any

import pytest

from tests.demo import conditions
from tests.demo.conditions import ConditionTable, Unexpected, holds
from tests.demo.page import Page

SINCE = "2020-01-01T00:00:00Z"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def _seen(*rows: tuple[str, str, str], generation: int = 1) -> dict[str, Any]:
    return {
        "metadata": {"generation": 1},
        "status": {
            "conditions": [
                {
                    "type": kind,
                    "status": status,
                    "reason": reason,
                    "message": f"Message of {reason}.",
                    "lastTransitionTime": SINCE,
                    "observedGeneration": generation,
                }
                for kind, status, reason in rows
            ]
        },
    }


WAITING = _seen(("Ready", "False", "DelegationMissing"), ("Accepted", "True", "Accepted"))
SERVING = _seen(("Ready", "True", "Serving"), ("Accepted", "True", "Accepted"))


def _follow(stream: io.StringIO, *states: dict[str, Any] | None, timeout: float = 10) -> None:
    looks, last = iter(states), states[-1]
    table = ConditionTable(Page(stream))
    table.follow(lambda: next(looks, last), lambda seen: holds(seen, "Ready"), "it is Ready", timeout)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "LOOK_EVERY", 0.0)


def test_each_change_is_one_line_in_the_order_of_the_work() -> None:
    stream = io.StringIO()
    _follow(stream, None, WAITING, WAITING, SERVING)
    lines = [re.sub(r"^ +\S+ s +| +\d+[sm] +", " | ", line) for line in stream.getvalue().splitlines()]
    assert [line.split() for line in lines if line] == [
        ["Until", "it", "is", "Ready:"],
        ["|", "Accepted", "True", "Accepted", "|", "Message", "of", "Accepted."],
        ["|", "Ready", "False", "DelegationMissing", "|", "Message", "of", "DelegationMissing."],
        ["|", "Ready", "True", "Serving", "|", "Message", "of", "Serving."],
    ]


def test_on_a_terminal_the_table_is_drawn_over_itself() -> None:
    stream = Terminal()
    _follow(stream, WAITING, SERVING)
    text = stream.getvalue()
    # A header, two conditions and the time: four lines to go up, once.
    assert re.findall(r"\x1b\[(\d+)F", text) == ["4"]
    assert text.index("DelegationMissing") < text.index("\x1b[4F") < text.index("Serving")


def test_no_line_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    stream = Terminal()
    _follow(stream, _seen(("Ready", "True", "Serving" * 20)))
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", stream.getvalue())
    assert max(len(line) for line in plain.splitlines()) <= 70


def test_what_does_not_come_in_time_is_told_with_what_was_seen() -> None:
    with pytest.raises(Unexpected, match=r"(?s)it is Ready: not within 0 s.*Ready=False \(DelegationMissing: Message"):
        _follow(io.StringIO(), WAITING, timeout=0)


def test_a_condition_of_an_older_spec_does_not_count() -> None:
    old = _seen(("Ready", "True", "Serving"), generation=0)
    assert (holds(SERVING, "Ready"), holds(old, "Ready"), holds(None, "Ready")) == (True, False, False)
