"""Log lines: one JSON object each, bounded, and harmless to whoever looks at them."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from nameplate_api.json_lines import JsonLines, configure, kind_and_places


def line(message: str, *args: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.getLogger("nameplate").makeRecord("nameplate", logging.INFO, __file__, 1, message, args, info)
    return JsonLines(lambda: {"worker": 3}).format(record)


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    before = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:], logger.level = before


def test_a_line_says_when_how_bad_and_what() -> None:
    told = json.loads(line("a %s\nb", "message"))
    assert str(told.pop("time")).endswith("+00:00")
    assert told == {"level": "info", "logger": "nameplate", "message": "a message\nb", "worker": 3}


@pytest.mark.parametrize("hostile", ["\n", "\r", "\x1b[2J", "\u2028", "\u202e", "\udcff", "\U000e0041"])
def test_what_strangers_sent_is_shown_in_printable_ascii(hostile: str) -> None:
    shown = line("%s", f"before{hostile}after")
    assert shown.isascii()
    assert shown.isprintable()
    assert json.loads(shown)["message"] == f"before{hostile}after"


def test_a_line_is_bounded() -> None:
    told = json.loads(line("%s", "m" * 100_000, error=ValueError("head" + "x" * 100_000 + "tail")))
    assert told["message"] == "m" * 3_999 + "…"
    assert len(told["exception"]) == 16_000
    assert told["exception"].endswith("xtail")


def test_libraries_that_may_print_bodies_are_kept_quiet(root: logging.Logger) -> None:
    stream = io.StringIO()
    configure(level="debug", stream=stream)
    logging.getLogger("httpx").info("GET with a header")
    logging.getLogger("kubernetes.client.rest").debug("body: a secret")
    logging.getLogger("nameplate.x").debug("a line of ours")
    assert [json.loads(each)["message"] for each in stream.getvalue().splitlines()] == ["a line of ours"]
    configure(stream=sys.stderr)
    assert root.level == logging.INFO


def test_an_error_can_be_told_without_its_words() -> None:
    def fail() -> None:
        raise ValueError("a secret")

    try:
        try:
            fail()
        except ValueError as error:
            raise ExceptionGroup("a secret", [error]) from None
    except ExceptionGroup as group:
        told = kind_and_places(group)
    assert told.startswith("ExceptionGroup\n")
    assert "ValueError\n" in told
    assert "in fail" in told
    # The line of code is quoted, never what the error said when it ran.
    assert told.replace('ValueError("a secret")', "").replace('ExceptionGroup("a secret"', "").count("a secret") == 0
