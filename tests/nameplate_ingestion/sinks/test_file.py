"""The file sink: lines that name domain and source, and an answer for every trouble of the disk."""

import json

import pytest

from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import Delivery, SinkUnavailable
from nameplate_ingestion.position import Position
from nameplate_ingestion.sinks.file import FileSink

ROOMY = FileCaps(file=10_000, all=100_000)


def a_delivery(number, source="web"):
    event = b'{"number":%d,"price": 1.50}' % number
    return Delivery(Position(1, number), "acme.example", source, "u", f"m-{number}", event)


async def test_each_event_is_a_line(tmp_path):
    sink = FileSink(tmp_path, ROOMY)
    assert await sink.deliver([a_delivery(1), a_delivery(2, "app")]) == [None, None]
    await sink.close()
    assert (tmp_path / "events-000001.jsonl").read_bytes().splitlines() == [
        b'{"domain":"acme.example","source":"web","event":{"number":1,"price": 1.50}}',
        b'{"domain":"acme.example","source":"app","event":{"number":2,"price": 1.50}}',
    ]


async def test_a_full_sink_is_away_and_comes_back_when_files_are_taken_away(tmp_path):
    sink = FileSink(tmp_path, FileCaps(file=100, all=300))
    for number in range(3):
        await sink.deliver([a_delivery(number)])
    with pytest.raises(SinkUnavailable, match="take some away"):
        await sink.deliver([a_delivery(3)])
    kept = [json.loads(line) for path in sorted(tmp_path.iterdir()) for line in path.read_text().splitlines()]
    assert [line["event"]["number"] for line in kept] == [0, 1, 2]
    min(tmp_path.iterdir()).unlink()
    assert await sink.deliver([a_delivery(3)]) == [None]
    await sink.close()


async def test_a_directory_that_cannot_be_made_is_a_sink_that_is_away(tmp_path):
    (tmp_path / "events").write_text("in the way")
    sink = FileSink(tmp_path / "events", ROOMY)
    with pytest.raises(SinkUnavailable):
        await sink.deliver([a_delivery(1)])
    await sink.close()
