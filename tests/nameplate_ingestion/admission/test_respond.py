"""From a call to its outcome: every row that a call can lead to, and what is kept of the good ones."""

import gzip
import json
from dataclasses import replace

import pytest

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.respond import WANTED_HEADERS, respond
from nameplate_ingestion.record import Record
from nameplate_ingestion.tenant import Limits
from tests.nameplate_ingestion.admission.calls import (
    ACME,
    BACKEND,
    HOST,
    NOW,
    TENANTS,
    WEB,
    a_call,
    a_post,
    answer,
    basic,
)

KEY = basic("web-key")
EVENT = b'{"userId":"u","event":"Paid"}'
GOOD = b'{"type":"page","userId":"u"}'

CASES = {
    Row.ACCEPTED: (200, a_post(EVENT, authorization=KEY)),
    Row.ACCEPTED_IN_PART: (200, a_post(b'{"batch":[' + GOOD + b',{"type":"page"}]}', "/v1/b", authorization=KEY)),
    Row.IDENTIFIED: (200, a_call("/.well-known/nameplate?nonce=a", method="GET")),
    Row.METRICS_DISCARDED: (200, a_post(b'{"series":[{"type":"Counter"}]}', "/v1/m")),
    Row.PROJECT_SETTINGS: (200, a_call("/v1/projects/web-key/settings", method="GET")),
    Row.PREFLIGHT: (200, a_call("/v1/t", method="OPTIONS")),
    Row.INVALID_JSON: (400, a_post(b"<event/>", authorization=KEY)),
    Row.INVALID_EVENT: (400, a_post(b"{}", authorization=KEY)),
    Row.INVALID_QUERY: (400, a_call("/.well-known/nameplate?nonce=", method="GET")),
    Row.INVALID_ENCODING: (400, a_post(EVENT, content_encoding=b"gzip", authorization=KEY)),
    Row.CONFLICTING_WRITE_KEYS: (400, a_post(b'{"writeKey":"backend-key"}', authorization=KEY)),
    Row.NO_WRITE_KEY: (401, a_post(EVENT)),
    Row.UNKNOWN_WRITE_KEY: (401, a_post(EVENT, authorization=basic("other-key"))),
    Row.UNKNOWN_PATH: (404, a_post(EVENT, "/v1/event", authorization=KEY)),
    Row.UNKNOWN_PROJECT: (404, a_call("/v1/projects/backend-key/settings", method="GET")),
    Row.UNKNOWN_INTEGRATION: (404, a_call("/next-integrations/a.js", method="GET")),
    Row.METHOD_NOT_ALLOWED: (405, a_call("/v1/track", EVENT, method="PUT")),
    Row.BODY_TOO_LARGE: (413, a_post(b" " * 20_001, authorization=KEY)),
    Row.EVENT_TOO_LARGE: (413, a_post(b" " * 1001, authorization=KEY)),
    Row.TOO_MANY_EVENTS: (413, a_post(b'{"batch":[' + b"0," * 50 + b"0]}", "/v1/batch", authorization=KEY)),
    Row.UNSUPPORTED_ENCODING: (415, a_post(EVENT, content_encoding=b"br", authorization=KEY)),
    Row.UNKNOWN_HOST: (421, a_post(EVENT, authorization=KEY)._replace(host=b"nobody.example")),
    Row.LIBRARY_MISSING: (503, a_call("/analytics.js/v1/web-key/analytics.min.js", method="GET")),
}
SAID_BY_THE_SERVER = {
    Row.MALFORMED_REQUEST,
    Row.REQUEST_TIMEOUT,
    Row.TARGET_TOO_LONG,
    Row.EXPECTATION_FAILED,
    Row.HEADERS_TOO_LARGE,
    Row.NOT_IMPLEMENTED,
    Row.BUSY,
    Row.VERSION_NOT_SUPPORTED,
}
SAID_BY_THE_INTAKE = {Row.LOG_FULL, Row.LOG_FAILED, Row.INTERNAL_ERROR, Row.NOT_READY}
SAID_WITH_THE_LIBRARY = {Row.LIBRARY_FILE, Row.NOT_MODIFIED, Row.UNKNOWN_LIBRARY_FILE}
SAID_WITH_AN_UPSTREAM = {Row.INTEGRATION_FILE, Row.UPSTREAM_AWAY, Row.UPSTREAM_BUSY}
SAID_WHILE_KEYS_ARE_MISSING = {Row.KEY_MISSING}


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.code)
def test_each_row_has_a_call_that_leads_to_it(row):
    status, call = CASES[row]
    outcome = answer(call)
    assert (outcome.row, outcome.reply.status) == (row, status)
    assert isinstance(json.loads(outcome.reply.body), dict)
    assert (outcome.keep is not None) == (row in (Row.ACCEPTED, Row.ACCEPTED_IN_PART))


def test_no_row_is_without_a_speaker():
    said_elsewhere = SAID_BY_THE_SERVER | SAID_BY_THE_INTAKE | SAID_WITH_THE_LIBRARY | SAID_WHILE_KEYS_ARE_MISSING
    assert CASES.keys() | said_elsewhere | SAID_WITH_AN_UPSTREAM == set(Row)


def test_a_good_event_is_answered_at_its_simplest():
    assert answer(CASES[Row.ACCEPTED][1]).reply.body == b'{"success":true}'


def test_a_record_holds_all_that_delivery_needs():
    forwarded = {"content-encoding": b"gzip", "authorization": KEY, "x-forwarded-for": b"6.6.6.6, 203.0.113.9"}
    keep = answer(a_call("/v1/import/?x=y", gzip.compress(b'{"batch":[' + GOOD + b"]}"), headers=forwarded)).keep
    assert (keep.tenant, keep.source) == (ACME, WEB)
    assert keep.record == Record(
        source="web",
        call="batch",
        received_at=NOW,
        address="203.0.113.9",
        id=keep.record.id,
        events=1,
        body=b'{"batch":[' + GOOD + b"]}",
        device=True,
    )


def test_no_two_records_have_one_id():
    ids = {answer(a_post(EVENT, authorization=KEY)).keep.record.id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(id_) == 32 and int(id_, 16) >= 0 for id_ in ids)


def test_a_servers_address_is_no_persons():
    record = answer(a_post(EVENT, authorization=basic("backend-key"))).keep.record
    assert (record.source, record.device) == (BACKEND.name, False)


@pytest.mark.parametrize("content_type", [None, b"text/plain", b"application/json; charset=utf-8", b"image/png"])
def test_the_content_type_does_not_matter(content_type):
    headers = {"authorization": KEY} | ({"content-type": content_type} if content_type else {})
    assert answer(a_call(body=EVENT, headers=headers)).row is Row.ACCEPTED
    assert b"content-type" not in WANTED_HEADERS


def test_an_empty_batch_is_a_success_with_nothing_to_keep():
    outcome = answer(a_post(b'{"batch":[]}', "/v1/batch", authorization=KEY))
    assert (outcome.row, outcome.reply.body, outcome.keep) == (Row.ACCEPTED, b'{"success":true}', None)


def test_good_events_of_a_batch_are_kept_and_the_others_are_told():
    sent = b'{"batch":[{"type":"page"},' + GOOD + b',{"type":"track","userId":"u","pad":"' + b"x" * 1000 + b'"}]}'
    outcome = answer(a_post(sent, "/v1/batch", authorization=KEY))
    assert json.loads(outcome.reply.body) == {
        "success": True,
        "rejectedEvents": 2,
        "rejected": [
            {
                "index": 0,
                "code": "InvalidEvent",
                "message": "batch[0].userId: found neither this nor anonymousId, expected one of them",
            },
            {
                "index": 2,
                "code": "EventTooLarge",
                "message": "batch[2]: found 1,038 octets, expected at most 1,000",
            },
        ],
    }
    assert (outcome.keep.record.events, outcome.keep.record.body) == (1, b'{"batch":[' + GOOD + b"]}")


def test_at_most_twenty_rejected_events_are_told():
    sent = b'{"batch":[' + GOOD + b",{}" * 30 + b"]}"
    body = json.loads(answer(a_post(sent, "/v1/batch", authorization=KEY)).reply.body)
    assert (body["rejectedEvents"], len(body["rejected"])) == (30, 20)


def test_a_batch_without_a_good_event_is_refused_for_its_first():
    sent = b'{"batch":[{"type":"page"},{}]}'
    outcome = answer(a_post(sent, "/v1/batch", authorization=KEY))
    expected = "(batch[0].userId: found neither this nor anonymousId, expected one of them)"
    assert outcome.row is Row.INVALID_EVENT
    assert json.loads(outcome.reply.body)["message"].endswith(expected)


def test_each_domain_has_limits_and_proxies_of_its_own():
    wide = replace(ACME, limits=Limits(event=2000, body=2000, events=1), trusted_proxies=2)
    call = a_post(EVENT.ljust(1500), authorization=KEY, x_forwarded_for=b"203.0.113.9, 192.0.2.1")
    assert respond(call, TENANTS, NOW).row is Row.EVENT_TOO_LARGE
    assert respond(call, {HOST: wide}, NOW).keep.record.address == "203.0.113.9"


def test_the_domain_is_looked_up_before_anything_else_is_read():
    nobody = a_call("/v1/nothing", b"\xff", method="BREW", host=b"nobody.example")
    assert answer(nobody).row is Row.UNKNOWN_HOST
    assert respond(a_post(EVENT), {}, NOW).row is Row.UNKNOWN_HOST
