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
    ("path", "kind", "named"),
    [
        (b"/analytics.js/v1/k3y/analytics.min.js", Kind.LIBRARY, b"k3y"),
        (b"/analytics.js/v1/k3y/platform/analytics.min.js", Kind.LIBRARY, b"k3y"),
        (b"/analytics-next/bundles/a.bundle.0f.js", Kind.CHUNK, b"a.bundle.0f.js"),
        (b"/v1/projects/k3y/settings", Kind.SETTINGS, b"k3y"),
        (b"/m5/app.min.js", Kind.LIBRARY, b"k3y"),
    ],
)
def test_the_library_its_parts_and_its_settings_have_a_path(path, kind, named):
    assert find_route(path, {b"/m5/app.min.js": b"k3y"}) == Route(kind, "", (b"GET", b"HEAD", b"OPTIONS"), named)


def test_an_alias_hides_no_other_path():
    assert find_route(b"/v1/track", {b"/v1/track": b"k3y"}) == find_route(b"/v1/track")
    standard = b"/analytics.js/v1/other/analytics.min.js"
    assert find_route(standard, {standard: b"k3y"}) == find_route(standard)


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
        b"/v1/projects//settings",
        b"/v1/projects/k/l/settings",
        b"/v1/projects/k/settings/",
        b"/v1/projects/k/Settings",
        b"/analytics.js/v1/k/analytics.js",
        b"/analytics.js/v1/k/l/analytics.min.js",
        b"/analytics.js/v1/analytics.min.js",
        b"/analytics-next/bundles/",
        b"/analytics-next/bundles/../x.js",
        b"/analytics-next/bundles/%2e%2e",
        b"/analytics-next/bundles/x/y.js",
        b"/analytics-next/bundles/x\x00.js",
        b"/m5/app.js",
        b"/library.json",
        b"/v1/\xff",
    ],
)
def test_nothing_else_has_one(path):
    assert find_route(path) is None
