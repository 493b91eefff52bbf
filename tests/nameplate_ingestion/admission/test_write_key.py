"""Every way of giving the write key, and what is no way."""

import json
from dataclasses import replace

import pytest

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.respond import respond
from tests.nameplate_ingestion.admission.calls import ACME, BACKEND, HOST, NOW, WEB, a_call, a_post, answer, basic

EVENT = {"userId": "u", "event": "Signed Up"}
TYPED = {**EVENT, "type": "track"}


def body(**more):
    return json.dumps({**EVENT, **more}).encode()


def batch(*events, **more):
    return json.dumps({"batch": [{**TYPED, **event} for event in events], **more}).encode()


@pytest.mark.parametrize(
    ("call", "source"),
    [
        pytest.param(a_post(body(), authorization=basic("web-key")), WEB, id="Basic"),
        pytest.param(a_post(body(), authorization=basic("web-key", "ignored")), WEB, id="Basic with a password"),
        pytest.param(a_post(body(), authorization=b"bASIC d2ViLWtleTo="), WEB, id="scheme in any case"),
        pytest.param(a_post(body(), authorization=b"Basic d2ViLWtleTo"), WEB, id="Base64 without padding"),
        pytest.param(a_post(body(), authorization=b"Basic  d2ViLWtleTo="), WEB, id="two spaces"),
        pytest.param(a_post(body(), authorization=b"Basic d2ViLWtleQ=="), WEB, id="no colon"),
        pytest.param(a_post(body(writeKey="backend-key")), BACKEND, id="in the event"),
        pytest.param(a_post(batch({}, writeKey="backend-key"), "/v1/b"), BACKEND, id="in the batch"),
        pytest.param(a_post(batch({"writeKey": "web-key"}, {}), "/v1/b"), WEB, id="in one event of a batch"),
        pytest.param(
            a_post(batch({"writeKey": "web-key"}, writeKey="web-key"), "/v1/b", authorization=basic("web-key")),
            WEB,
            id="the same everywhere",
        ),
        pytest.param(
            a_post(body(writeKey="backend-key"), authorization=b"Bearer eyJhbGciOi"),
            BACKEND,
            id="Bearer beside the body's",
        ),
        pytest.param(a_post(body(writeKey=None), authorization=basic("web-key")), WEB, id="null in the body"),
        pytest.param(a_post(body(writeKey=""), authorization=basic("web-key")), WEB, id="empty in the body"),
        pytest.param(a_post(body(writeKey="web-key"), authorization=basic("")), WEB, id="an empty user"),
        pytest.param(a_call("/v1/pixel/track?userId=u&event=e&writeKey=web-key", method="GET"), WEB, id="in the query"),
        pytest.param(
            a_call("/v1/pixel/track?data=eyJ1c2VySWQiOiJ1IiwiZXZlbnQiOiJlIn0&writeKey=web-key", method="GET"),
            WEB,
            id="in the query beside the data",
        ),
    ],
)
def test_each_way_finds_the_source(call, source):
    outcome = answer(call)
    assert (outcome.row, outcome.keep.source) == (Row.ACCEPTED, source)


@pytest.mark.parametrize(
    ("call", "row"),
    [
        pytest.param(a_post(body()), Row.NO_WRITE_KEY, id="none"),
        pytest.param(a_post(body(writeKey=None)), Row.NO_WRITE_KEY, id="null"),
        pytest.param(a_post(body(), authorization=b"Bearer web-key"), Row.NO_WRITE_KEY, id="Bearer alone"),
        pytest.param(a_post(body(), authorization=b"web-key"), Row.NO_WRITE_KEY, id="no scheme"),
        pytest.param(a_post(body(), authorization=b""), Row.NO_WRITE_KEY, id="empty header"),
        pytest.param(a_post(body(), authorization=basic("nobody")), Row.UNKNOWN_WRITE_KEY, id="unknown"),
        pytest.param(a_post(body(), authorization=basic("WEB-KEY")), Row.UNKNOWN_WRITE_KEY, id="other case"),
        pytest.param(a_post(body(), authorization=basic("other-key")), Row.UNKNOWN_WRITE_KEY, id="another domain's"),
        pytest.param(a_post(body(), authorization=b"Basic !"), Row.UNKNOWN_WRITE_KEY, id="no Base64"),
        pytest.param(a_post(body(), authorization=b"Basic \xff"), Row.UNKNOWN_WRITE_KEY, id="octets beyond ASCII"),
        pytest.param(
            a_post(body(), authorization=basic("web-key") + b", " + basic("web-key")), Row.UNKNOWN_WRITE_KEY, id="twice"
        ),
        pytest.param(a_post(body(writeKey="\N{SNOWMAN}")), Row.UNKNOWN_WRITE_KEY, id="a snowman"),
        pytest.param(a_post(batch(writeKey="nobody"), "/v1/b"), Row.UNKNOWN_WRITE_KEY, id="unknown, without events"),
        pytest.param(
            a_post(body(writeKey="web-key"), authorization=basic("backend-key")),
            Row.CONFLICTING_WRITE_KEYS,
            id="header, body",
        ),
        pytest.param(
            a_post(batch({"writeKey": "web-key"}, writeKey="backend-key"), "/v1/b"),
            Row.CONFLICTING_WRITE_KEYS,
            id="batch, event",
        ),
        pytest.param(
            a_post(batch({"writeKey": "web-key"}, {"writeKey": "nobody"}), "/v1/b"),
            Row.CONFLICTING_WRITE_KEYS,
            id="two events",
        ),
        pytest.param(a_post(body(writeKey=7)), Row.INVALID_EVENT, id="a number"),
    ],
)
def test_nothing_else_does(call, row):
    outcome = answer(call)
    assert (outcome.row, outcome.keep) == (row, None)


def test_the_host_decides_before_the_key():
    call = a_call(body=body(writeKey="web-key"), host=b"events.other.example")
    assert answer(call).row is Row.UNKNOWN_WRITE_KEY
    assert answer(call._replace(host=HOST)).row is Row.ACCEPTED


def test_a_key_that_nobody_has_may_be_one_that_is_not_mounted_yet():
    tenants = {HOST: replace(ACME, awaits_keys=True)}
    outcome = respond(a_post(body(), authorization=basic("nobody")), tenants, NOW)
    assert (outcome.row, outcome.reply.status, outcome.keep) == (Row.KEY_MISSING, 503, None)
    assert dict(outcome.reply.headers)[b"retry-after"] == b"10"
    assert respond(a_post(body(), authorization=basic("web-key")), tenants, NOW).row is Row.ACCEPTED


def test_no_answer_repeats_a_key():
    for call in (
        a_post(body(), authorization=basic("s3cret")),
        a_post(body(writeKey="s3cret")),
        a_post(body(writeKey="s3cret"), authorization=basic("web-key")),
    ):
        assert b"s3cret" not in answer(call).reply.body
