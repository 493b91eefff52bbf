"""Every path of the Tracking API, and the methods that each knows."""

import pytest

from nameplate_ingestion.admission.routes import Kind, Route, find_route

POST = (b"POST", b"OPTIONS")
GET = (b"GET", b"OPTIONS")


@pytest.mark.parametrize("slash", [b"", b"/"], ids=["no slash", "a slash"])
@pytest.mark.parametrize(
    ("path", "call"),
    [
        (b"/v1/i", "identify"),
        (b"/v1/identify", "identify"),
        (b"/v1/t", "track"),
        (b"/v1/track", "track"),
        (b"/v1/p", "page"),
        (b"/v1/page", "page"),
        (b"/v1/s", "screen"),
        (b"/v1/screen", "screen"),
        (b"/v1/g", "group"),
        (b"/v1/group", "group"),
        (b"/v1/a", "alias"),
        (b"/v1/alias", "alias"),
        (b"/v1/b", "batch"),
        (b"/v1/batch", "batch"),
        (b"/v1/import", "batch"),
    ],
)
def test_events_have_a_long_name_and_a_short_one(path, call, slash):
    assert find_route(path + slash) == Route(Kind.EVENTS, call, POST)


@pytest.mark.parametrize("call", ["identify", "track", "page", "screen", "group", "alias"])
def test_the_pixel_makes_every_call_but_a_batch(call):
    assert find_route(f"/v1/pixel/{call}".encode()) == Route(Kind.PIXEL, call, GET)


def test_metrics_of_sdks_and_the_operators_question_have_a_path():
    assert find_route(b"/v1/m") == Route(Kind.METRICS, "", POST)
    assert find_route(b"/.well-known/nameplate") == Route(Kind.WELL_KNOWN, "", (b"GET",))


@pytest.mark.parametrize(
    "path",
    [
        b"",
        b"/",
        b"*",
        b"/v1",
        b"/v1/",
        b"/t",
        b"/track",
        b"/v1/track//",
        b"//v1/track",
        b"/V1/track",
        b"/v1/Track",
        b"/v1/tr%61ck",
        b"/v1/track/x",
        b"/v1/../v1/track",
        b"/v1/pixel",
        b"/v1/pixel/batch",
        b"/v1/pixel/t",
        b"/v2/track",
        b"/v1/projects/k/settings",
        b"/v1/\xff",
    ],
)
def test_nothing_else_has_one(path):
    assert find_route(path) is None
