"""A malformed or ambiguous request is answered as its table says and ends its connection; nothing behind it is read."""

import asyncio

import pytest

from tests.nameplate_ingestion.server.refused.case import SMUGGLED, Case
from tests.nameplate_ingestion.server.refused.heads import HEADERS, HOSTS, REQUEST_LINES
from tests.nameplate_ingestion.server.refused.lengths import CHUNKED_BODIES, CODINGS, CONTENT_LENGTHS
from tests.nameplate_ingestion.server.serving import Recorder, serving

TABLES = {
    "request line": REQUEST_LINES,
    "host": HOSTS,
    "header": HEADERS,
    "content-length": CONTENT_LENGTHS,
    "transfer-encoding": CODINGS,
    "chunks": CHUNKED_BODIES,
}
ROWS = [pytest.param(case, id=f"{table}: {case.name}") for table, cases in TABLES.items() for case in cases]


def test_the_tables_hold_at_least_150_rows():
    assert len({row.id for row in ROWS}) == len(ROWS) >= 150


@pytest.mark.parametrize("case", ROWS)
async def test_it_is_refused_and_nothing_behind_it_is_read(case: Case):
    handler = Recorder()
    async with serving(handler) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(case.octets + SMUGGLED)
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
    assert handler.calls == []
    assert answer.startswith(b"HTTP/1.1 %d " % case.status), answer
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.count(b"HTTP/1.1 ") == 1
