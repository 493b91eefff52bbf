"""What a client is told of an upstream CDN's files and settings: headers, codings, and how long it may keep them."""

import gzip
import json
from dataclasses import replace

import pytest

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.respond import Outcome, respond
from nameplate_ingestion.admission.upstream_files import Ask, wanted_documents
from nameplate_ingestion.library.upstream.terms import Address, Copy, Found, Missing, Wanted
from nameplate_ingestion.tenant import Source
from tests.nameplate_ingestion.admission.calls import ACME, BACKEND, HOST, NOW, WEB, a_call

CDN = "https://cdn.example"
MOBILE = Source("app", WEB.type.MOBILE, WEB.durability)
TENANT = replace(ACME, upstream=CDN, sources={b"web-key": WEB, b"app-key": MOBILE, b"backend-key": BACKEND})
PATH = "/next-integrations/integrations/a/1.0.0/a.dynamic.js.gz"
SETTINGS = "/v1/projects/web-key/settings"
THEIRS = json.dumps({"integrations": {"A": {"b": "c" * 500}}, "metrics": {"sampleRate": 1}}).encode()
SCRIPT = Copy.of(gzip.compress(b"a"), "text/javascript", gzip=True, validator='"v"')
DOCUMENT = Copy.of(THEIRS, "application/json", gzip=False, validator='"v"')


def ask(target=PATH, *, tenant=TENANT, method="GET", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return respond(a_call(target, method=method, headers=named), {HOST: tenant}, NOW)


def told(answer, target=PATH, **headers):
    """Return the reply, and the row, once the upstream's answer is known."""
    reply, row = ask(target, **headers).finish(answer)
    return reply, dict(reply.headers), row


def test_a_file_is_asked_for_by_its_path_alone_and_charged_to_the_domain():
    assert ask(f"{PATH}?a=b", method="HEAD").wanted == Wanted(Address(CDN, PATH), "acme/events")


def test_settings_are_asked_for_by_the_key_and_charged_to_nobody():
    assert ask(SETTINGS).wanted == Wanted(Address(CDN, SETTINGS), None)


def test_the_settings_of_every_source_that_is_read_in_public_are_wanted():
    assert wanted_documents([TENANT, ACME]) == [
        Address(CDN, "/v1/projects/web-key/settings"),
        Address(CDN, "/v1/projects/app-key/settings"),
    ]


@pytest.mark.parametrize(
    ("target", "row"),
    [
        ("/v1/projects/backend-key/settings", Row.UNKNOWN_PROJECT),
        ("/v1/projects/nobody/settings", Row.UNKNOWN_PROJECT),
        ("/next-integrations/../v1/projects/web-key/settings", Row.UNKNOWN_PATH),
        ("/next-integrations/%2e%2e/a", Row.UNKNOWN_PATH),
    ],
)
def test_nothing_else_reaches_an_upstream(target, row):
    outcome = ask(target)
    assert isinstance(outcome, Outcome)
    assert outcome.row is row


def test_a_domain_without_an_upstream_asks_nobody():
    assert ask(tenant=ACME).row is Row.UNKNOWN_INTEGRATION
    assert ask(SETTINGS, tenant=ACME).row is Row.PROJECT_SETTINGS
    assert not isinstance(ask("/analytics.js/v1/web-key/analytics.min.js"), Ask)


def test_a_preflight_is_answered_without_it():
    assert ask(method="OPTIONS").row is Row.PREFLIGHT


def test_a_file_is_told_as_the_upstream_has_it():
    reply, headers, row = told(Found(SCRIPT, 3599.0))
    assert (row, reply.status) == (Row.INTEGRATION_FILE, 200)
    assert reply.shared + reply.body == SCRIPT.body
    assert headers == {
        b"content-type": b"text/javascript",
        b"content-encoding": b"gzip",
        b"cache-control": b"public, max-age=3540",
        b"access-control-allow-origin": b"*",
        b"cross-origin-resource-policy": b"cross-origin",
        b"vary": b"Accept-Encoding",
        b"x-content-type-options": b"nosniff",
        b"etag": SCRIPT.etag.encode(),
    }
    assert b"content-encoding" not in told(Found(DOCUMENT, 0.0))[1]


@pytest.mark.parametrize(("fresh", "kept"), [(0.0, 60), (59.0, 60), (86_400.0, 86_400)])
def test_a_file_may_be_kept_while_it_is_fresh_and_a_stale_one_for_a_minute(fresh, kept):
    assert told(Found(SCRIPT, fresh))[1][b"cache-control"] == b"public, max-age=%d" % kept


def test_who_has_a_file_is_told_so():
    reply, headers, row = told(Found(SCRIPT, 600.0), if_none_match=SCRIPT.etag.encode())
    assert (row, reply.status, reply.shared + reply.body) == (Row.NOT_MODIFIED, 304, b"")
    assert headers[b"cache-control"] == b"public, max-age=600"
    assert told(Found(SCRIPT, 600.0), if_none_match=b'"v"')[2] is Row.INTEGRATION_FILE


@pytest.mark.parametrize(
    ("missing", "row", "status"),
    [
        (Missing.ABSENT, Row.UNKNOWN_INTEGRATION, 404),
        (Missing.AWAY, Row.UPSTREAM_AWAY, 503),
        (Missing.BUSY, Row.UPSTREAM_BUSY, 503),
    ],
)
def test_a_file_that_cannot_be_had_is_told_as_json_that_nobody_keeps(missing, row, status):
    reply, headers, said = told(missing)
    assert (said, reply.status, json.loads(reply.body)["code"]) == (row, status, row.code)
    assert headers[b"cache-control"] == b"no-store"
    assert (b"retry-after" in headers) == (status == 503)


def test_the_upstream_s_settings_stand_in_ours():
    reply, headers, row = told(Found(DOCUMENT, 300.0), SETTINGS)
    assert row is Row.PROJECT_SETTINGS
    document = json.loads(reply.shared + reply.body)
    assert document["integrations"]["A"] == {"b": "c" * 500}
    assert document["integrations"]["Segment.io"] == {"apiKey": "web-key", "apiHost": "events.acme.example/v1"}
    assert document["metrics"]["sampleRate"] == 0
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"cache-control"] == b"public, max-age=300"
    assert headers[b"vary"] == b"Accept-Encoding"


def test_settings_are_compressed_for_those_who_like_it_with_an_etag_of_their_own():
    plain, with_plain, _ = told(Found(DOCUMENT, 300.0), SETTINGS)
    zipped, with_zipped, _ = told(Found(DOCUMENT, 300.0), SETTINGS, accept_encoding=b"gzip, deflate, br, zstd")
    assert with_zipped[b"content-encoding"] == b"gzip"
    assert gzip.decompress(zipped.shared + zipped.body) == plain.shared + plain.body
    assert b"content-encoding" not in with_plain
    assert with_plain[b"etag"] != with_zipped[b"etag"]
    assert b"content-encoding" not in told(Found(DOCUMENT, 300.0), SETTINGS, accept_encoding=b"br")[1]
    again = told(Found(DOCUMENT, 300.0), SETTINGS, accept_encoding=b"gzip", if_none_match=with_zipped[b"etag"])
    assert again[2] is Row.NOT_MODIFIED


GARBAGE = Copy.of(b"[]", "application/json", gzip=False, validator="")


@pytest.mark.parametrize(
    ("answer", "cache"),
    [
        pytest.param(Missing.AWAY, b"no-store", id="away"),
        pytest.param(Missing.BUSY, b"no-store", id="busy"),
        pytest.param(Missing.ABSENT, b"public, max-age=60", id="the upstream has no such source"),
        pytest.param(Found(GARBAGE, 300.0), b"public, max-age=60", id="garbage"),
    ],
)
def test_without_the_upstream_s_settings_ours_alone_are_told_and_not_kept_for_long(answer, cache):
    reply, headers, row = told(answer, SETTINGS)
    assert row is Row.PROJECT_SETTINGS
    alone = ask(SETTINGS, tenant=ACME).reply
    assert reply.shared + reply.body == alone.shared + alone.body
    assert headers[b"cache-control"] == cache


def test_stale_settings_are_kept_for_a_minute():
    assert told(Found(DOCUMENT, 0.0), SETTINGS)[1][b"cache-control"] == b"public, max-age=60"
