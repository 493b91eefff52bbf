"""Rows as HTTP: bodies that every SDK can read, and the headers that a status asks for."""

import json

import pytest

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.replies import refused
from nameplate_ingestion.call import Reply
from tests.nameplate_ingestion.admission.calls import a_call

CALL = a_call()


def test_a_refusal_says_all_there_is_to_say():
    assert refused(CALL, Row.LOG_FULL) == Reply(
        429,
        (
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", b"Retry-After, X-RateLimit-Reset"),
            (b"retry-after", b"10"),
            (b"x-ratelimit-reset", b"10"),
        ),
        b'{"success":false,"code":"LogFull",'
        b'"message":"The sink is behind and the log is full; the events are not kept, send them again.",'
        b'"error":"The sink is behind and the log is full; the events are not kept, send them again."}',
    )


@pytest.mark.parametrize("call", [None, CALL, a_call("*", method="OPTIONS")], ids=["unread", "post", "asterisk"])
@pytest.mark.parametrize("row", [row for row in Row if row.status != 200], ids=lambda row: row.code)
def test_every_refusal_is_one_json_object_under_its_status(row, call):
    reply = refused(call, row)
    body = json.loads(reply.body)
    assert (reply.status, body["success"], body["code"]) == (row.status, False, row.code)
    assert body["message"] == body["error"] == row.text
    assert (b"content-type", b"application/json") in reply.headers


def test_details_are_short_and_printable():
    body = json.loads(refused(CALL, Row.INVALID_EVENT, "\x1b[31m\u202e\ud800" + "x" * 1000).body)
    expected = "An event lacks what it must say, or says it in the wrong kind. (?[31m??"
    assert body["message"] == expected + "x" * (500 - len(expected))


def test_a_method_that_is_not_allowed_is_told_which_are():
    assert (b"allow", b"POST, OPTIONS") in refused(a_call("/v1/t/?x"), Row.METHOD_NOT_ALLOWED).headers
    assert (b"allow", b"GET, OPTIONS") in refused(a_call("/v1/pixel/page"), Row.METHOD_NOT_ALLOWED).headers


def test_an_encoding_that_is_not_known_is_told_which_is():
    assert (b"accept-encoding", b"gzip") in refused(CALL, Row.UNSUPPORTED_ENCODING).headers
