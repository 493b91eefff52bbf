"""What is answered before a body is read: only what no body can change, and in the same words."""

from dataclasses import replace

import pytest
from hypothesis import given

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.respond import respond, screen
from tests.nameplate_ingestion.admission.calls import ACME, HOST, NOW, TENANTS, a_call, a_post, answer, basic
from tests.nameplate_ingestion.admission.test_respond_properties import AIMED, CALLS, patient

EVENT = b'{"userId":"u","event":"Paid"}'


@pytest.mark.parametrize(
    ("call", "octets", "row"),
    [
        pytest.param(a_post(b"")._replace(host=b"nobody.example"), 5, Row.UNKNOWN_HOST, id="host"),
        pytest.param(a_post(b"", "/v1/event"), 5, Row.UNKNOWN_PATH, id="path"),
        pytest.param(a_call("/v1/track", method="PUT"), 5, Row.METHOD_NOT_ALLOWED, id="method"),
        pytest.param(a_post(b""), 20_001, Row.BODY_TOO_LARGE, id="length"),
        pytest.param(a_post(b"", authorization=basic("other-key")), 5, Row.UNKNOWN_WRITE_KEY, id="key"),
        pytest.param(a_post(b"", authorization=b"Basic !"), None, Row.UNKNOWN_WRITE_KEY, id="key that nobody has"),
    ],
)
def test_what_no_body_can_change_is_told(call, octets, row):
    assert screen(call, octets, TENANTS).row is row


@pytest.mark.parametrize(
    ("call", "octets"),
    [
        pytest.param(a_post(b""), 20_000, id="the key may stand in the body"),
        pytest.param(a_post(b""), None, id="the length may be small"),
        pytest.param(a_post(b"", authorization=basic("web-key")), 5, id="a good key"),
        pytest.param(a_post(b"", authorization=b"Bearer x"), 5, id="no key"),
        pytest.param(a_post(b"", "/v1/m", authorization=basic("nobody")), 5, id="a path without keys"),
        pytest.param(a_call("/v1/track", method="OPTIONS", headers={"authorization": basic("x")}), 5, id="preflight"),
    ],
)
def test_for_anything_else_the_body_is_read(call, octets):
    assert screen(call, octets, TENANTS) is None


def test_a_key_that_may_come_is_waited_for_here_too():
    waiting = {HOST: replace(ACME, awaits_keys=True)}
    assert screen(a_post(b"", authorization=basic("billing-key")), 5, waiting).row is Row.KEY_MISSING


@patient
@given(CALLS | AIMED)
def test_what_is_told_early_is_what_would_have_been_told_of_the_whole(call):
    early = screen(call._replace(body=b""), len(call.body), TENANTS)
    if early is not None:
        late = answer(call)
        assert early.keep is late.keep is None
        # With the body another fault may have been found first.
        assert early.row is late.row or (early.row is Row.UNKNOWN_WRITE_KEY and late.reply.status in {400, 413, 415})


def test_a_whole_call_is_judged_as_ever():
    assert respond(a_post(EVENT, authorization=basic("web-key")), TENANTS, NOW).row is Row.ACCEPTED
