"""The running program while a write key is away after a start: what was acknowledged waits for it, and that is told."""

from pathlib import Path

from tests.cluster.waiting import until
from tests.nameplate_ingestion.mounted import BACKEND, WEBSITE, Mounts, document
from tests.nameplate_ingestion.sinks.tracking_api import Told, TrackingApi
from tests.world.ingestion_process import IngestionProcess

HOST = "cdp.acme.com"
EVENT = {"userId": "u", "event": "e", "writeKey": "s3cret", "messageId": "m"}
AWAY = 'nameplate_ingestion_sink_away{domain="cdp.acme.com"}'
MISSING = 'nameplate_ingestion_missing_keys{domain="cdp.acme.com"}'


def dead_letters(data: Path) -> list[Path]:
    return list(data.glob("*/*/dead-letters/*"))


def test_events_of_a_source_whose_key_is_away_at_the_start_wait_for_it(service: IngestionProcess, mounts: Mounts):
    there = False
    with TrackingApi(lambda _: Told() if there else Told(503)) as api:
        mounts.write(document(sources=[WEBSITE, BACKEND], sink={"forward": {"url": api.url}}))
        mounts.write_keys({"backend": b"s3cret"})
        service.start()
        service.wait_ready()
        assert service.post(HOST, "/v1/track", EVENT).is_success
        service.kill()
        mounts.write_keys({})
        there = True
        service.start()
        service.wait_ready()
        until(lambda: service.metrics().get(AWAY) == 1, "the wait to be told")
        assert service.metrics()[MISSING] == 1
        assert "no key file of backend" in service.readyz()
        assert not dead_letters(mounts.data)
        mounts.write_keys({"backend": b"s3cret"})
        until(lambda: [event["messageId"] for event in api.taken] == ["m"], "the event to arrive")
        until(lambda: service.metrics()[AWAY] == 0, "the sink to be there")
    assert not dead_letters(mounts.data)
