"""The operator's question: whose ingestion answers under this name, and from which settings."""

import json

import pytest

from nameplate_api.ingestion_settings import WellKnown
from nameplate_ingestion.admission.answers import Row
from tests.nameplate_ingestion.admission.calls import a_call, answer


def ask(query, **more):
    return answer(a_call(f"/.well-known/nameplate{query}", method="GET", **more))


def test_the_domain_of_the_host_is_told():
    outcome = ask("?nonce=5a5a")
    assert (outcome.row, outcome.reply.status, outcome.keep) == (Row.IDENTIFIED, 200, None)
    assert json.loads(outcome.reply.body) == {
        "domain": "acme/events",
        "uid": "0b7c",
        "nonce": "5a5a",
        "revision": "00112233aabbccdd",
        "missingKeys": ["billing"],
    }
    assert (b"cache-control", b"no-store") in outcome.reply.headers
    assert json.loads(ask("?nonce=1", host=b"events.other.example").reply.body)["domain"] == "other/events"


def test_the_operator_understands_the_answer():
    assert WellKnown.model_validate_json(ask("?nonce=5a5a").reply.body) == WellKnown(
        domain="acme/events", uid="0b7c", nonce="5a5a", revision="00112233aabbccdd", missing_keys=("billing",)
    )


@pytest.mark.parametrize("nonce", ["a", "A-z_09", "x" * 64])
def test_a_sound_nonce_comes_back(nonce):
    assert json.loads(ask(f"?nonce={nonce}").reply.body)["nonce"] == nonce


@pytest.mark.parametrize(
    "query",
    ["", "?", "?nonce=", "?nonce=%61", "?nonce=a&x=y", "?nonce=" + "x" * 65, "?nonce=<b>", "?Nonce=a", "?nonce=a\n"],
)
def test_any_other_is_refused(query):
    outcome = ask(query)
    assert (outcome.row, outcome.reply.status) == (Row.INVALID_QUERY, 400)


def test_nobody_else_is_known():
    assert ask("?nonce=a", host=b"nobody.example").row is Row.UNKNOWN_HOST


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS"])
def test_the_question_is_a_get(method):
    outcome = answer(a_call("/.well-known/nameplate?nonce=a", method=method))
    assert outcome.row is Row.METHOD_NOT_ALLOWED
    assert (b"allow", b"GET") in outcome.reply.headers
