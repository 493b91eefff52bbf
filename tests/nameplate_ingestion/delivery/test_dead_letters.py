"""Dead letters: one line each, safe, bounded, and never silently dropped."""

import errno
import json

import pytest

from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import Delivery
from nameplate_ingestion.position import Position

ROOMY = FileCaps(file=1 << 20, all=1 << 20)
EVENT = b'{"properties":{ "price" : 1.50}}'
LETTER = Delivery(Position(1, 2), "acme.example", "web", "u", "m-1", EVENT)


async def test_a_letter_says_everything_and_keeps_the_event_as_it_is(tmp_path):
    letters = DeadLetters(tmp_path, ROOMY, now=lambda: 1893499200.25)
    await letters.park([(LETTER, "too large")])
    (line,) = (tmp_path / "dead-letters-000001.jsonl").read_bytes().splitlines()
    assert EVENT in line
    assert json.loads(line) == {
        "parkedAt": "2030-01-01T12:00:00.250Z",
        "reason": "too large",
        "domain": "acme.example",
        "source": "web",
        "messageId": "m-1",
        "event": {"properties": {"price": 1.5}},
    }


async def test_a_hostile_reason_is_bounded_and_printable(tmp_path):
    await DeadLetters(tmp_path, ROOMY).park([(LETTER, "\x1b[2J\n\u202e" + "x" * 10_000)])
    (line,) = (tmp_path / "dead-letters-000001.jsonl").read_text().splitlines()
    reason = json.loads(line)["reason"]
    assert reason == "?[2J??" + "x" * 494


async def test_letters_are_rotated_and_at_the_cap_refused(tmp_path):
    letters = DeadLetters(tmp_path, FileCaps(file=400, all=1000))
    while sum(file.stat().st_size for file in tmp_path.iterdir()) < 800:
        await letters.park([(LETTER, "no")])
    with pytest.raises(OSError, match="cap") as caught:
        await letters.park([(LETTER, "no")] * 2)
    assert caught.value.errno == errno.ENOSPC
    files = sorted(tmp_path.iterdir())
    assert len(files) > 1
    assert sum(file.stat().st_size for file in files) <= 1000
    for file in files:
        for line in file.read_text().splitlines():
            assert json.loads(line)["messageId"] == "m-1"
