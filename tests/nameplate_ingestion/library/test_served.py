"""The whole program serves the library: octet by octet, over both kinds of socket, whatever is asked."""

import gzip
import json
from pathlib import Path

import brotli
import pytest

from tests.cluster.ports import ReservedPort
from tests.cluster.waiting import until
from tests.nameplate_ingestion.library.wire import HOST, LIBRARY, PART, SETTINGS, exchange, request
from tests.nameplate_ingestion.mounted import WEBSITE, Mounts, document
from tests.world.ingestion_process import IngestionProcess

HOSTS = ["cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com"]
EVENT = {"userId": "u", "event": "Bought", "writeKey": "k3y"}
SHOP = {"name": "shop", "type": "AnalyticsJS", "writeKey": "sh0p"}
NO_DIRECTORY = "Analytics.js cannot be served from /nowhere: No such file or directory"


@pytest.fixture
def mounts(tmp_path: Path) -> Mounts:
    mounts = Mounts(tmp_path)
    mounts.write(document(hosts=HOSTS, sources=[WEBSITE | {"aliases": ["m5/app"]}, SHOP]))
    return mounts


def started(service: IngestionProcess, *more: str) -> IngestionProcess:
    service.start(*more)
    service.wait_ready()
    return service


def end_of(answer) -> bytes:
    decode = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}
    return decode[answer.headers.get("content-encoding")](answer.body)[-60:]


def expect_everything(place: Path | int) -> None:
    wanted = [
        request(target, f"Accept-Encoding: {accepted}", method=method)
        for target in (LIBRARY, "/m5/app.min.js", PART, SETTINGS)
        for accepted in ("gzip, deflate, br, zstd", "gzip", "identity")
        for method in ("GET", "HEAD")
    ]
    answers = exchange(place, wanted)
    for got, head in zip(answers[::2], answers[1::2], strict=True):
        assert got.status == head.status == 200
        assert {**got.headers, "date": ""} == {**head.headers, "date": ""}
        assert len(got.body) == int(head.headers["content-length"])
    plain = answers[4].body
    assert plain.endswith(b'("https://cdn.cdp.acme.com","api.cdp.acme.com/v1","k3y");\n')
    assert [gzip.decompress(answers[2].body), brotli.decompress(answers[0].body)] == [plain, plain]
    part = answers[16].body
    assert [gzip.decompress(answers[14].body), brotli.decompress(answers[12].body)] == [part, part]
    tags = [answer.headers["etag"] for answer in answers[::2]]
    current = [
        request(target, f"Accept-Encoding: {accepted}", f"If-None-Match: W/{tag}")
        for (target, accepted), tag in zip(
            [(target, each) for target in (LIBRARY, "/m5/app.min.js", PART, SETTINGS) for each in ("br", "gzip", "x")],
            tags,
            strict=True,
        )
    ]
    assert {answer.status for answer in exchange(place, current)} == {304}


def test_over_a_unix_socket_by_two_workers(service: IngestionProcess):
    expect_everything(started(service, "--workers", "2").socket)


def test_over_tcp(mounts: Mounts, tmp_path: Path):
    port = ReservedPort()
    service = IngestionProcess(tmp_path, mounts.arguments(), port.number)
    try:
        expect_everything((started(service), port.number)[1])
    finally:
        service.close()
        port.release()


def test_an_alias_follows_the_settings_without_a_restart(service: IngestionProcess, mounts: Mounts):
    started(service)
    (first,) = exchange(service.socket, [request("/m5/app.js")])
    known = f"If-None-Match: {first.headers['etag']}"
    assert exchange(service.socket, [request("/m5/app.js", known)])[0].status == 304
    both = [WEBSITE | {"aliases": ["new/app", "m5/app"]}, SHOP]
    mounts.write(document(hosts=HOSTS, sources=both, revision="r2"))
    until(lambda: exchange(service.socket, [request("/new/app.js")])[0].status == 200, "the new alias to be served")
    assert exchange(service.socket, [request("/m5/app.js", known)])[0].status == 304
    moved = [WEBSITE | {"aliases": ["new/app"]}, SHOP | {"aliases": ["m5/app", "new/app"]}]
    mounts.write(document(hosts=HOSTS, sources=moved, revision="r3"))
    until(lambda: exchange(service.socket, [request("/m5/app.js", known)])[0].status == 200, "the alias to move")
    answers = exchange(service.socket, [request("/m5/app.js"), request("/new/app.min.js")])
    assert [end_of(answer)[-12:] for answer in answers] == [b'/v1","sh0p");\n'[-12:], b'/v1","k3y");\n'[-12:]]
    assert "another source has the alias new/app already" in service.readyz()
    mounts.write(document(hosts=HOSTS, sources=[WEBSITE, SHOP], revision="r4"))
    until(lambda: exchange(service.socket, [request("/m5/app.js", known)])[0].status == 404, "the alias to end")


HOSTILE = [
    "/analytics-next/bundles/../library.json",
    "/analytics-next/bundles/..%2flibrary.json",
    "/analytics-next/bundles/%2e%2e/library.json",
    "/analytics-next/bundles/....//library.json",
    "/analytics-next/bundles/%00",
    "/analytics-next/bundles/x.js%00.js",
    "/analytics-next/bundles//etc/passwd",
    "/analytics-next/bundles/..",
    "/analytics-next/bundles/analytics.min.js",
    "/analytics-next/bundles/" + "a" * 8000,
    PART.upper(),
    PART + ".br",
    PART + "/",
    "/ANALYTICS.JS/v1/k3y/analytics.min.js",
    "/analytics.js/v1/K3Y/analytics.min.js",
    "/analytics.js/v1/../../../../etc/passwd/analytics.min.js",
    "/analytics.js/v1/%2e%2e/analytics.min.js",
    "/analytics.js/v1/" + "k" * 8000 + "/analytics.min.js",
    "/v1/projects/../settings",
    "/v1/projects/k3y%00/settings",
    "/v1/projects/k3y/settings/..",
    "/m5/../m5/app.js",
    "/m5/%61pp.js",
    "/M5/APP.JS",
    "/library.json",
    "/../library.json",
    "/analytics.js/v1/k3y/analytics.min.js;x=/../",
]


def test_hostile_paths_find_nothing(service: IngestionProcess):
    started(service)
    answers = exchange(service.socket, [request(target) for target in HOSTILE[:16]])
    answers += exchange(service.socket, [request(target) for target in HOSTILE[16:]])
    for target, answer in zip(HOSTILE, answers, strict=True):
        assert answer.status == 404, target
        assert json.loads(answer.body)["success"] is False
    for line in (b"GET /analytics-next/bundles/x\x00.js HTTP/1.1", b"GET " + b"/" * 9000 + b" HTTP/1.1"):
        (refused,) = exchange(service.socket, [line + b"\r\nHost: cdn.cdp.acme.com\r\n\r\n"])
        assert refused.status in (400, 414)
    (absolute,) = exchange(service.socket, [request(f"https://{HOST}{LIBRARY}", host="CDN.cdp.acme.com:443")])
    (query,) = exchange(service.socket, [request(f"{LIBRARY}?v=1")])
    assert absolute.body == query.body != b""


def test_without_the_directory_events_go_on(service: IngestionProcess):
    started(service, "--library", "/nowhere", "--workers", "2")
    answers = exchange(service.socket, [request(target) for target in (LIBRARY, "/m5/app.js", PART, SETTINGS)])
    assert [answer.status for answer in answers] == [503, 503, 503, 200]
    assert json.loads(answers[0].body)["code"] == "LibraryMissing"
    assert service.post("api.cdp.acme.com", "/v1/track", EVENT).is_success
    assert service.readyz().splitlines() == ["[+] ready", f"[!] {NO_DIRECTORY}"]
    assert NO_DIRECTORY in {line["message"] for line in service.log_lines()}


def test_what_is_served_is_counted_by_its_code(service: IngestionProcess):
    started(service)
    (first,) = exchange(service.socket, [request(LIBRARY)])
    known = f"If-None-Match: {first.headers['etag']}"
    exchange(
        service.socket, [request(PART), request(LIBRARY, known), request(SETTINGS), request("/v1/projects/x/settings")]
    )
    expected = {"LibraryFile": 2, "NotModified": 1, "ProjectSettings": 1, "UnknownProject": 1}
    samples = {
        f'nameplate_ingestion_requests_total{{code="{code}",domain="cdp.acme.com"}}': count
        for code, count in expected.items()
    }
    until(lambda: samples.items() <= service.metrics().items(), "the requests to be counted")
