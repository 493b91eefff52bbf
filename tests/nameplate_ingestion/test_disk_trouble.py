"""What the program says and does when its disk fails, and when what a sink refuses finds no place."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.cluster.waiting import until
from tests.nameplate_ingestion.mounted import Mounts, document
from tests.nameplate_ingestion.sinks.tracking_api import Post, Told, TrackingApi
from tests.nameplate_ingestion.volumes import failing_volume
from tests.world.ingestion_process import IngestionProcess

HOST = "api.cdp.acme.com"
EVENT = {"userId": "u", "event": "Bought", "messageId": "m", "writeKey": "k3y"}


def metric(name: str) -> str:
    return f'nameplate_ingestion_{name}{{domain="cdp.acme.com"}}'


@pytest.fixture
def break_disk(mounts: Mounts, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """The disk of the data directory fails once this is called."""
    backing = tmp_path / "backing"
    backing.mkdir()
    with failing_volume(mounts.data, backing) as fail:
        yield fail


def test_a_disk_that_fails_ends_intake_with_503_and_readiness(
    break_disk: Callable[[], None], mounts: Mounts, tmp_path: Path
):
    mounts.write(document(sink={"forward": {"url": "http://127.0.0.1:9"}}))
    service = IngestionProcess(tmp_path, mounts.arguments(), tmp_path / "s")
    try:
        service.start()
        service.wait_ready()
        assert service.post(HOST, "/v1/track", EVENT).is_success
        break_disk()
        answers = [service.post(HOST, "/v1/track", EVENT | {"messageId": f"n-{number}"}) for number in range(3)]
        assert [(each.status_code, each.json()["code"]) for each in answers] == [(503, "LogFailed")] * 3
        assert all(int(each.headers["retry-after"]) > 0 for each in answers)
        until(lambda: service.operations("/readyz").status_code == httpx.codes.SERVICE_UNAVAILABLE, "readiness to go")
        assert "the log of cdp.acme.com failed" in service.readyz()
        assert service.metrics()[metric("log_failed")] == 1
    finally:
        service.close()


def test_dead_letters_that_reach_their_cap_are_told_of_until_somebody_makes_room(
    service: IngestionProcess, mounts: Mounts
):
    def refuse(post: Post) -> Told:
        return Told(400 if any(event["userId"] == "bad" for event in post.body["batch"]) else 200)

    letters = mounts.data / "cdp.acme.com" / "0" / "dead-letters"
    letters.mkdir(parents=True)
    full, letter = (letters / f"dead-letters-00000{number}.jsonl" for number in (1, 2))
    with full.open("wb") as file:
        # More than any cap, and no octet on the disk.
        file.truncate(1 << 30)
    letter.touch()
    with TrackingApi(refuse) as api:
        mounts.write(document(sink={"forward": {"url": api.url}}))
        service.start()
        service.wait_ready()
        assert "[!]" not in service.readyz()
        assert service.post(HOST, "/v1/track", EVENT | {"userId": "bad"}).is_success
        told = "[!] cdp.acme.com: dead letters cannot be kept: "
        until(lambda: told in service.readyz(), "the cap to be told of")
        assert "reached their cap" in service.readyz()
        assert service.operations("/readyz").is_success, "it takes events still"
        until(lambda: service.metrics()[metric("dead_letters_away")] == 1, "the cap to be measured")
        assert service.metrics()[metric("parked_events_total")] == 0
        full.unlink()
        until(lambda: b'"messageId":"m"' in letter.read_bytes(), "the event to be kept")
        until(lambda: "[!]" not in service.readyz(), "nothing to be told of")
        assert service.metrics()[metric("dead_letters_away")] == 0
