"""What browsers ask for before and after they post (the rules were seen in Chromium)."""

import json

import pytest

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.cors import cors_headers
from nameplate_ingestion.admission.replies import refused
from tests.nameplate_ingestion.admission.calls import a_call, a_post, answer, basic

SHOP = b"https://shop.acme.example"
EVENT_PATHS = [
    f"/v1/{name}"
    for name in (
        *("t", "i", "p", "g", "a", "s", "b", "m", "import", "import/"),
        *("track", "identify", "page", "group", "alias", "screen", "batch"),
    )
]
NAMED = {
    b"access-control-allow-origin": SHOP,
    b"access-control-allow-credentials": b"true",
    b"vary": b"Origin",
    b"access-control-expose-headers": b"Retry-After, X-RateLimit-Reset",
}
ANYBODY = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Retry-After, X-RateLimit-Reset"),
)


@pytest.mark.parametrize("path", EVENT_PATHS)
def test_a_preflight_needs_no_key_and_names_every_header(path):
    asked = {
        "origin": SHOP,
        "access-control-request-method": b"POST",
        "access-control-request-headers": b"authorization,x-retry-count",
    }
    outcome = answer(a_call(path, method="OPTIONS", headers=asked))
    assert (outcome.row, outcome.keep) == (Row.PREFLIGHT, None)
    assert (outcome.reply.status, json.loads(outcome.reply.body)) == (200, {"success": True})
    assert dict(outcome.reply.headers) == {
        **NAMED,
        b"content-type": b"application/json",
        b"cache-control": b"no-store",
        b"access-control-allow-methods": b"POST, OPTIONS",
        b"access-control-allow-headers": b"authorization, content-type, x-retry-count",
        b"access-control-max-age": b"7200",
    }


def test_the_pixels_preflight_allows_get():
    outcome = answer(a_call("/v1/pixel/page", method="OPTIONS"))
    assert dict(outcome.reply.headers)[b"access-control-allow-methods"] == b"GET, OPTIONS"
    assert json.loads(outcome.reply.body) == {"success": True}


@pytest.mark.parametrize(
    ("call", "row"),
    [
        (a_post(b'{"userId":"u"}', "/v1/p", authorization=basic("web-key"), origin=SHOP), Row.ACCEPTED),
        (a_post(b"{}", "/v1/p", origin=SHOP), Row.NO_WRITE_KEY),
        (a_post(b"", "/v1/p", origin=SHOP), Row.INVALID_JSON),
        (a_post(b"", "/v1/nothing", origin=SHOP), Row.UNKNOWN_PATH),
        (a_post(b"", origin=SHOP)._replace(host=b"nobody.example"), Row.UNKNOWN_HOST),
        (a_post(b"x" * 20_001, origin=SHOP), Row.BODY_TOO_LARGE),
        (a_post(b"", "/v1/m", origin=SHOP), Row.METRICS_DISCARDED),
    ],
)
def test_every_answer_may_be_read_by_the_page_that_asked(call, row):
    outcome = answer(call)
    assert outcome.row is row
    assert NAMED.items() <= dict(outcome.reply.headers).items()


@pytest.mark.parametrize("row", [Row.LOG_FULL, Row.LOG_FAILED])
def test_a_page_may_read_when_to_come_back(row):
    assert NAMED.items() <= dict(refused(a_post(b"", origin=SHOP), row).headers).items()


@pytest.mark.parametrize("origin", [b"null", b"http://localhost:3000", b"https://xn--bcher-kva.example", b"app://x"])
def test_an_origin_is_named_as_it_came(origin):
    assert dict(cors_headers(origin)) == {**NAMED, b"access-control-allow-origin": origin}


@pytest.mark.parametrize(
    "origin",
    [None, b"", b"https://a.example, https://b.example", b"a\r\nset-cookie: b", b"a b", b"\xff", b"h" * 1025, b"a\n"],
)
def test_what_is_no_origin_is_not_repeated(origin):
    assert cors_headers(origin) == ANYBODY
