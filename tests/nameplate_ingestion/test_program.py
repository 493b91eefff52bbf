"""The whole program: what it serves, follows, survives and says, from outside."""

import os
import shutil
import signal
from pathlib import Path

import httpx

from tests.cluster.waiting import until
from tests.nameplate_ingestion.mounted import BACKEND, WEBSITE, Mounts, document
from tests.world.ingestion_process import IngestionProcess, delivered

HOST = "api.cdp.acme.com"
EVENT = {"userId": "u", "event": "Bought", "messageId": "m", "writeKey": "k3y"}
WELL_KNOWN = "/.well-known/nameplate?nonce=n"
REQUESTS = 'nameplate_ingestion_requests_total{code="Accepted",domain="cdp.acme.com"}'


def numbered(number: int) -> dict[str, object]:
    return EVENT | {"messageId": f"m-{number}"}


def ids(mounts: Mounts) -> list[str]:
    return [line["event"]["messageId"] for line in delivered(mounts.data)]


def test_it_takes_events_delivers_them_and_says_whom_it_serves(service: IngestionProcess, mounts: Mounts):
    mounts.write(document(sources=[WEBSITE, BACKEND]))
    service.start()
    service.wait_ready()
    assert service.post(HOST, "/v1/track", EVENT).json() == {"success": True}
    until(lambda: ids(mounts) == ["m"], "the event to arrive")
    assert service.get(HOST, WELL_KNOWN).json() == {
        "domain": "cdp.acme.com",
        "uid": "uid-of-cdp.acme.com",
        "nonce": "n",
        "revision": "r1",
        "missingKeys": ["backend"],
    }
    assert service.operations("/healthz").text == "[+] live\n"
    until(lambda: service.metrics().get(REQUESTS) == 1, "the request to be counted")
    assert service.operations("/elsewhere").status_code == httpx.codes.NOT_FOUND


def test_a_key_and_a_document_are_followed_without_a_restart(service: IngestionProcess, mounts: Mounts):
    mounts.write(document(sources=[WEBSITE, BACKEND]))
    service.start("--workers", "2")
    service.wait_ready()
    pids = service.workers()
    secret = EVENT | {"writeKey": "s3cret"}
    assert service.post(HOST, "/v1/track", secret).json()["code"] == "KeyMissing"
    mounts.write_keys({"backend": b"s3cret\n"})
    until(lambda: service.post(HOST, "/v1/track", secret).is_success, "the key to be read")
    mounts.write_keys({})
    until(lambda: "the key file of backend is gone" in service.readyz(), "the loss to be told")
    assert service.post(HOST, "/v1/track", secret).is_success, "its last content stays in force"
    mounts.write(document(sources=[WEBSITE], revision="r2"))
    until(lambda: service.get(HOST, WELL_KNOWN).json()["revision"] == "r2", "the document to be read")
    assert service.workers() == pids


def test_a_bad_document_is_told_once_and_survived_with_a_restart(service: IngestionProcess, mounts: Mounts):
    service.start("--workers", "2")
    service.wait_ready()
    mounts.write(document(limits={"bodySize": 1}))
    told = "limits.bodySize: input should be greater than or equal to 1024"
    until(lambda: told in service.readyz(), "the bad document to be told")
    assert service.operations("/readyz").is_success
    assert service.metrics()["nameplate_ingestion_settings_problems"] == 1
    assert service.post(HOST, "/v1/track", EVENT).is_success
    assert len([line for line in service.log_lines() if told in line["message"]]) == 1
    service.kill()
    service.start()
    service.wait_ready()
    assert service.post(HOST, "/v1/track", EVENT).is_success


def test_without_any_settings_it_lives_but_is_not_ready(service: IngestionProcess, mounts: Mounts):
    mounts.write("{")
    service.start()
    until(lambda: service.program.is_alive() and _says(service, "no settings to serve by"), "it to say so")
    assert service.operations("/readyz").status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert service.operations("/healthz").is_success
    answer = service.post(HOST, "/v1/track", EVENT)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "NotReady", "10")
    mounts.write(document())
    service.wait_ready()
    assert service.post(HOST, "/v1/track", EVENT).is_success


def _says(service: IngestionProcess, text: str) -> bool:
    try:
        return text in service.readyz()
    except httpx.TransportError:
        return False


def test_a_killed_worker_is_started_again_and_totals_never_fall(service: IngestionProcess, mounts: Mounts):
    service.start("--workers", "2")
    service.wait_ready()
    for number in range(20):
        assert service.post(HOST, "/v1/track", numbered(number)).is_success
    until(lambda: service.metrics().get(REQUESTS) == 20, "all requests to be counted")
    victim, other = service.workers()
    os.kill(victim, signal.SIGKILL)
    for number in range(20, 40):
        # One that waits in the dead worker's queue is taken by its successor.
        assert service.post(HOST, "/v1/track", numbered(number)).is_success
    until(lambda: service.metrics().get(REQUESTS) == 40, "the totals to go on")
    service.wait_ready()
    assert other in service.workers()
    assert victim not in service.workers()
    assert service.metrics()["nameplate_ingestion_worker_starts_total"] == 3
    until(lambda: set(ids(mounts)) == {f"m-{number}" for number in range(40)}, "all events to arrive")


def test_told_to_end_before_it_has_begun_it_ends(service: IngestionProcess):
    service.start("--workers", "2")
    until(lambda: service.log.exists() and "Version" in service.log.read_text(), "the first line of its log")
    assert service.program.stop(signal.SIGTERM, 60) == 0


def test_told_to_end_while_a_worker_waits_for_its_restart_it_ends(service: IngestionProcess):
    service.start()
    service.wait_ready()
    for _ in range(3):
        until(service.workers, "a worker")
        os.kill(service.workers()[0], signal.SIGKILL)
        until(lambda: not service.workers(), "the worker to be gone")
    assert service.program.stop(signal.SIGTERM, 20) == 1
    assert "not all of them in order" in service.log_lines()[-1]["message"]


def test_what_no_sink_takes_until_the_end_is_told_and_comes_after_the_next_start(
    service: IngestionProcess, mounts: Mounts
):
    away = {"forward": {"url": "http://127.0.0.1:9"}}
    mounts.write(document(sink=away))
    service.start("--workers", "3")
    service.wait_ready()
    for number in range(30):
        assert service.post(HOST, "/v1/track", numbered(number)).is_success
    assert service.terminate() == 0
    told = [line["message"] for line in service.log_lines() if "left in its log" in line["message"]]
    assert told
    assert "cdp.acme.com" in told[0]
    # Fewer workers than before, and another sink: what the others left is taken care of too.
    mounts.write(document(revision="r2"))
    service.start("--workers", "1")
    service.wait_ready()
    until(lambda: sorted(ids(mounts)) == sorted(f"m-{number}" for number in range(30)), "all events to arrive")


def test_another_sink_takes_what_waited_for_the_first_without_a_restart(service: IngestionProcess, mounts: Mounts):
    sink = {"forward": {"url": "http://127.0.0.1:9", "writeKeyFile": "sink.write-key"}}
    mounts.write(document(sink=sink))
    service.start()
    service.wait_ready()
    assert service.post(HOST, "/v1/track", EVENT).is_success
    away = 'nameplate_ingestion_sink_away{domain="cdp.acme.com"}'
    assert "no key file of ingestion.sink" in service.readyz()
    mounts.write_keys({"sink.write-key": b"f4r"})
    until(lambda: "ingestion.sink" not in service.readyz(), "the key to be read")
    until(lambda: service.metrics()[away] == 1, "the sink to be away")
    mounts.write(document(revision="r2"))
    until(lambda: ids(mounts) == ["m"], "the event to arrive")
    until(lambda: service.metrics()[away] == 0, "the sink to be there")


def test_the_trouble_of_one_domain_is_none_of_another(service: IngestionProcess, mounts: Mounts):
    shutil.rmtree(mounts.settings)
    troubled = document("cdp.one.com", sink={"forward": {"url": "http://127.0.0.1:9"}})
    mounts.write(troubled, "one")
    mounts.write(document("cdp.two.com", sources=[WEBSITE | {"writeKey": "other"}]), "two")
    service.start()
    service.wait_ready()
    assert service.post("cdp.one.com", "/v1/track", EVENT).is_success
    assert service.post("cdp.two.com", "/v1/track", EVENT).json()["code"] == "UnknownWriteKey"
    assert service.post("cdp.two.com", "/v1/track", EVENT | {"writeKey": "other"}).is_success
    until(
        lambda: [(line["domain"], line["source"]) for line in delivered(mounts.data)] == [("cdp.two.com", "website")],
        "the event of the other domain to arrive",
    )
    assert service.post("cdp.six.com", "/v1/track", EVENT).json()["code"] == "UnknownHost"
    mounts.write(troubled | {"hosts": ["cdp.two.com"]}, "one")
    until(lambda: "hosts: cdp.two.com is served for" in service.readyz(), "the conflict to be told")
    assert service.get("cdp.two.com", WELL_KNOWN).json()["domain"] == "cdp.two.com"
    assert service.get("cdp.one.com", WELL_KNOWN).json()["domain"] == "cdp.one.com"


def test_logs_are_json_and_hold_no_secret_of_a_request(service: IngestionProcess, mounts: Mounts, tmp_path: Path):
    mounts.write(document(sources=[WEBSITE, BACKEND]))
    mounts.write_keys({"backend": b"s3cret-key"})
    service.start()
    service.wait_ready()
    headers = {"Host": HOST, "Cookie": "session=s3cret-cookie", "Authorization": "Basic czNjcmV0LWtleTo="}
    with service.client() as client:
        for body in (b'{"userId":"s3cret-user","event":"e"}', b'{"userId":"s3cret-user"', b"\xff\x00s3cret-user"):
            for path in ("/v1/track", "/v1/batch", "/nowhere?token=s3cret-query"):
                client.post(path, content=body, headers=headers)
    assert service.terminate() == 0
    assert service.log_lines()
    assert "s3cret" not in service.log.read_text()
    assert "czNjcmV0" not in service.log.read_text()
