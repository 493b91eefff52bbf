"""Every request that a library is known to send is accepted, acknowledged and delivered once, with the right times."""

from collections import defaultdict
from collections.abc import Iterator

import httpx
import pytest

from tests.nameplate_ingestion.mounted import Mounts, document
from tests.nameplate_ingestion.sdks import batches, singles
from tests.nameplate_ingestion.sdks.carried import OF_RECEIPT, check_carried
from tests.nameplate_ingestion.sdks.libraries import LIBRARIES, ORIGIN
from tests.nameplate_ingestion.sdks.posting import ADDRESS, Arrivals, ask_first, send
from tests.nameplate_ingestion.sdks.replay import SOURCES, Json, Replay, sources
from tests.world.ingestion_process import IngestionProcess

REPLAYS = (*batches.REPLAYS, *singles.REPLAYS)
HOST = "api.cdp.acme.com"
SUCCESS = {"success": True}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IngestionProcess, Arrivals]]:
    """One service for all rows; each row's events have ids of their own."""
    directory = tmp_path_factory.mktemp("replays")
    mounts = Mounts(directory)
    mounts.write(document(sources=sources()))
    service = IngestionProcess(directory, mounts.arguments(), directory / "s")
    try:
        service.start()
        service.wait_ready()
        yield service, Arrivals(mounts.data)
    finally:
        service.close()


def test_every_library_is_replayed_with_every_call_that_it_knows() -> None:
    assert {replay.sdk for replay in REPLAYS} == SOURCES.keys()
    assert len(LIBRARIES) == 13
    for sdk, library in LIBRARIES.items():
        sent = {event["type"] for replay in REPLAYS if replay.sdk == sdk for event in replay.events}
        assert sent == set(library.calls)
    assert len({replay.id for replay in REPLAYS}) == len(REPLAYS)


def test_the_largest_batches_are_as_large_as_their_libraries_make_them() -> None:
    largest = {replay.sdk: replay for replay in REPLAYS if replay.what == "the largest batch"}
    assert largest.keys() == LIBRARIES.keys()
    for sdk, (count, octets) in ((sdk, library.largest) for sdk, library in LIBRARIES.items()):
        assert len(largest[sdk].events) == count
        assert len(largest[sdk].body) == octets or LIBRARIES[sdk].packed


@pytest.mark.parametrize("replay", REPLAYS, ids=lambda replay: replay.id)
def test_a_librarys_request_is_acknowledged_and_delivered_once(
    running: tuple[IngestionProcess, Arrivals], replay: Replay
) -> None:
    service, arrivals = running
    with service.client() as client:
        if replay.preflight:
            _check_preflight(ask_first(client, replay, HOST), replay)
        answer = send(client, replay, HOST)
    _check_answer(answer, replay)
    lines = arrivals.take(len(replay.events))
    for line, expected in zip(lines, replay.events, strict=True):
        assert (line["domain"], line["source"]) == ("cdp.acme.com", replay.source)
        check_carried(line["event"], expected, ADDRESS if replay.addressed else None)


def test_whoever_drops_messages_of_the_same_id_has_each_once_however_often_it_was_sent(
    service: IngestionProcess, mounts: Mounts
) -> None:
    mounts.write(document(sources=sources()))
    service.start()
    service.wait_ready()
    arrivals = Arrivals(mounts.data)
    ids = sorted(event["messageId"] for replay in REPLAYS for event in replay.events)
    assert len(set(ids)) == len(ids)
    with service.client() as client:
        assert {send(client, replay, HOST).status_code for replay in REPLAYS} == {200}
        first = arrivals.take(len(ids))
        assert sorted(line["event"]["messageId"] for line in first) == ids
        again = [batches.retried(replay) if replay.sdk in LIBRARIES else replay for replay in REPLAYS]
        assert {send(client, replay, HOST).status_code for replay in again} == {200}
    assert service.terminate() == 0
    by_id = defaultdict(list)
    for line in (*first, *arrivals.take(len(ids))):
        by_id[line["event"]["messageId"]].append(_without(line, OF_RECEIPT))
    assert all(lines == [lines[0], lines[0]] for lines in by_id.values())


def _without(line: Json, members: set[str]) -> Json:
    return {**line, "event": {name: said for name, said in line["event"].items() if name not in members}}


def _check_preflight(answer: httpx.Response, replay: Replay) -> None:
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert replay.method in answer.headers["Access-Control-Allow-Methods"]
    allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert set(replay.preflight) <= allowed


def _check_answer(answer: httpx.Response, replay: Replay) -> None:
    assert answer.status_code == 200
    if replay.method == "GET":
        assert answer.headers["Content-Type"] == "image/gif"
        assert answer.content.startswith(b"GIF89a")
    else:
        assert answer.json() == SUCCESS
    if "Origin" in replay.headers:
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
