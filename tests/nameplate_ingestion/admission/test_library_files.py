"""Who gets the library, its parts and its settings, with which names in it, and what caches are told."""

import gzip
import json

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate_api.custom_domain import Durability, SourceType
from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.respond import Outcome, respond
from nameplate_ingestion.call import Call
from nameplate_ingestion.library.shelf import Library
from nameplate_ingestion.tenant import Source, Tenant
from tests.nameplate_ingestion.admission.calls import NOW, a_call
from tests.world.library import ensure_library

DISK = Durability.DISK
SOURCES = {
    b"web-key": Source("web", SourceType.ANALYTICS_JS, DISK),
    b"app-key": Source("app", SourceType.MOBILE, DISK),
    b"secret-key": Source("backend", SourceType.PYTHON, DISK),
    b"mail-key": Source("mail", SourceType.PIXEL, DISK),
}
HOSTS = ("cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com")
ALIASES = {b"/m5/app.js": b"web-key", b"/m5/app.min.js": b"web-key", b"/left.js": b"secret-key"}
ACME = Tenant("cdp.acme.com", "0b7c", "r1", HOSTS, SOURCES, aliases=ALIASES)
TENANTS = {host.encode(): ACME for host in HOSTS}
LIBRARY = "/analytics.js/v1/web-key/analytics.min.js"
SETTINGS = "/v1/projects/web-key/settings"
PART = "/analytics-next/bundles/schemaFilter.bundle.a6a77355d52c20e3a83d.js"
PUBLIC = [
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"vary", b"Accept-Encoding"),
    (b"x-content-type-options", b"nosniff"),
]
BROWSER = {"accept-encoding": b"gzip, deflate, br, zstd", "origin": b"https://www.acme.com"}


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.read(ensure_library())


@pytest.fixture
def get(library: Library):
    def ask(target: str, host: str = "cdn.cdp.acme.com", method: str = "GET", **headers: bytes) -> Outcome:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return respond(a_call(target, method=method, host=host.encode(), headers=named), TENANTS, NOW, library)

    return ask


def content(outcome: Outcome) -> bytes:
    octets = outcome.reply.shared + outcome.reply.body
    decode = {b"br": brotli.decompress, b"gzip": gzip.decompress, None: bytes}
    return decode[dict(outcome.reply.headers).get(b"content-encoding")](octets)


@pytest.mark.parametrize(
    ("host", "api"),
    [
        ("cdn.cdp.acme.com", "api.cdp.acme.com"),
        ("cdp.acme.com", "cdp.acme.com"),
        ("api.cdp.acme.com", "api.cdp.acme.com"),
    ],
)
@pytest.mark.parametrize(
    "path", [LIBRARY, "/analytics.js/v1/web-key/platform/analytics.min.js", "/m5/app.js", "/m5/app.min.js"]
)
def test_the_library_names_the_host_that_it_was_asked_of(get, host, api, path):
    for accepted in (b"br", b"gzip", b"identity"):
        outcome = get(path, host, accept_encoding=accepted)
        assert outcome.row is Row.LIBRARY_FILE
        assert content(outcome).endswith(f'("https://{host}","{api}/v1","web-key");\n'.encode())


def test_without_a_name_for_events_they_go_where_the_library_came_from(library):
    alone = {b"cdn.acme.com": Tenant("cdn.acme.com", "0", "r1", ("cdn.acme.com",), SOURCES)}
    outcome = respond(a_call(LIBRARY, method="GET", host=b"cdn.acme.com"), alone, NOW, library)
    assert content(outcome).endswith(b'("https://cdn.acme.com","cdn.acme.com/v1","web-key");\n')


@pytest.mark.parametrize("key", ["web-key", "app-key"])
def test_settings_hold_key_and_host_and_ask_for_no_metrics(get, key):
    outcome = get(f"/v1/projects/{key}/settings")
    assert outcome.row is Row.PROJECT_SETTINGS
    assert json.loads(content(outcome)) == {
        "integrations": {"Segment.io": {"apiKey": key, "apiHost": "api.cdp.acme.com/v1"}},
        "metrics": {"sampleRate": 0, "host": "api.cdp.acme.com/v1"},
    }


@pytest.mark.parametrize(
    "target",
    [
        "/analytics.js/v1/nobody/analytics.min.js",
        "/analytics.js/v1/app-key/analytics.min.js",
        "/analytics.js/v1/secret-key/analytics.min.js",
        "/analytics.js/v1/WEB-KEY/analytics.min.js",
        "/analytics.js/v1/web%2dkey/analytics.min.js",
        "/analytics.js/v1/../analytics.min.js",
        "/v1/projects/nobody/settings",
        "/v1/projects/secret-key/settings",
        "/v1/projects/mail-key/settings",
        "/left.js",
    ],
)
def test_a_key_that_is_not_read_in_public_is_answered_as_one_that_nobody_has(get, target):
    outcome, nobody = get(target), get("/v1/projects/other/settings")
    assert outcome.row is Row.UNKNOWN_PROJECT
    assert outcome.reply == nobody.reply
    assert (b"cache-control", b"no-store") in outcome.reply.headers


@pytest.mark.parametrize(
    ("target", "kept", "kind"),
    [
        (LIBRARY, b"public, max-age=300", b"text/javascript; charset=utf-8"),
        ("/m5/app.min.js", b"public, max-age=300", b"text/javascript; charset=utf-8"),
        (SETTINGS, b"public, max-age=300", b"application/json"),
        (PART, b"public, max-age=31536000, immutable", b"text/javascript; charset=utf-8"),
    ],
)
def test_any_cache_may_keep_an_answer_and_nobody_else_changes_it(get, target, kept, kind):
    outcome = get(target, **BROWSER, cookie=b"session=s", authorization=b"Basic c2VjcmV0LWtleTo=")
    headers = dict(outcome.reply.headers)
    assert (headers[b"cache-control"], headers[b"content-type"]) == (kept, kind)
    assert [header for header in outcome.reply.headers if header in PUBLIC] == PUBLIC
    assert not {b"set-cookie", b"access-control-allow-credentials"} & headers.keys()
    assert outcome == get(target, accept_encoding=b"br")


@pytest.mark.parametrize("target", [LIBRARY, "/m5/app.js", SETTINGS, PART])
@pytest.mark.parametrize("accepted", [b"br", b"gzip", b"identity"])
def test_who_has_it_already_gets_nothing_but_leave_to_use_it(get, target, accepted):
    first = get(target, accept_encoding=accepted)
    etag = dict(first.reply.headers)[b"etag"]
    again = get(target, accept_encoding=accepted, if_none_match=etag)
    assert (again.row, again.reply.status, again.reply.body, again.reply.shared) == (Row.NOT_MODIFIED, 304, b"", b"")
    kept = {name: value for name, value in first.reply.headers if not name.startswith(b"content-")}
    assert dict(again.reply.headers) == kept
    assert get(target, accept_encoding=accepted, if_none_match=b'"other"').reply == first.reply


def test_a_tag_belongs_to_one_key_one_host_and_one_coding(get):
    codings = [get(LIBRARY, accept_encoding=accepted) for accepted in (b"br", b"gzip", b"identity")]
    hosts = [get(LIBRARY, host) for host in HOSTS[:2]]
    tags = {dict(outcome.reply.headers)[b"etag"] for outcome in (*codings, *hosts)}
    assert len(tags) == 5
    assert get("/m5/app.js").reply.headers == get(LIBRARY).reply.headers


@pytest.mark.parametrize(
    ("target", "host"), [(LIBRARY, HOSTS[0]), ("/m5/app.js", HOSTS[1]), (SETTINGS, HOSTS[2]), (PART, HOSTS[2])]
)
def test_other_methods_are_told_which_there_are(get, target, host):
    for method in ("POST", "PUT", "DELETE"):
        outcome = get(target, host, method=method)
        assert outcome.row is Row.METHOD_NOT_ALLOWED
        assert (b"allow", b"GET, HEAD, OPTIONS") in outcome.reply.headers
    preflight = get(target, host, method="OPTIONS")
    assert (b"access-control-allow-methods", b"GET, HEAD, OPTIONS") in preflight.reply.headers
    assert get(target, host, method="HEAD").reply == get(target, host).reply


@pytest.mark.parametrize(
    "target", ["/m5/app", "/m5/other.js", "/m5/app.min.min.js", "/M5/app.js", "/m5/app.js/", "//m5/app.js"]
)
def test_what_is_no_alias_is_no_path(get, target):
    assert get(target).row is Row.UNKNOWN_PATH


def test_an_alias_of_one_domain_is_none_of_another(library):
    other = {b"cdn.other.example": Tenant("other", "1", "r1", ("cdn.other.example",), SOURCES)}
    assert (
        respond(a_call("/m5/app.js", method="GET", host=b"cdn.other.example"), other, NOW, library).row
        is Row.UNKNOWN_PATH
    )


PIECES = st.sampled_from(
    [b"/", b"..", b"%2e", b"\x00", b"web-key", b"analytics.js", b"v1", b"bundles", b".js", b"\xff", b"?"]
)
PATHS = st.builds(
    lambda begin, pieces, end: begin + b"".join(pieces) + end,
    st.sampled_from([b"/analytics.js/v1/", b"/analytics-next/bundles/", b"/v1/projects/", b"/m5/", b"/"]),
    st.lists(PIECES | st.binary(max_size=4), max_size=4),
    st.sampled_from([b"/analytics.min.js", b"/settings", b".min.js", b""]),
)
HEADERS = st.dictionaries(st.sampled_from([b"accept-encoding", b"if-none-match", b"origin"]), st.binary(max_size=40))


@settings(deadline=None, max_examples=300)
@given(PATHS, st.sampled_from([b"GET", b"HEAD", b"OPTIONS", b"POST"]), HEADERS)
def test_no_request_for_a_file_is_our_fault(library, path, method, headers):
    outcome = respond(Call(method, path, HOSTS[0].encode(), headers, b"", "10.0.0.1"), TENANTS, NOW, library)
    assert outcome.reply.status == outcome.row.status < 500
    if outcome.row in (Row.LIBRARY_FILE, Row.PROJECT_SETTINGS):
        assert b"web-key" in content(outcome)
    elif outcome.row is not Row.NOT_MODIFIED:
        assert isinstance(json.loads(outcome.reply.body), dict)


def test_a_part_that_no_version_has_is_not_found(get):
    outcome = get("/analytics-next/bundles/schemaFilter.bundle.0.js")
    assert (outcome.row, outcome.reply.status) == (Row.UNKNOWN_LIBRARY_FILE, 404)


@pytest.mark.parametrize("target", [LIBRARY, "/m5/app.js", PART])
def test_without_the_library_only_its_settings_are_served(target):
    assert respond(a_call(SETTINGS, method="GET", host=b"cdp.acme.com"), TENANTS, NOW).row is Row.PROJECT_SETTINGS
    outcome = respond(a_call(target, method="GET", host=b"cdp.acme.com"), TENANTS, NOW)
    assert (outcome.row, outcome.reply.status) == (Row.LIBRARY_MISSING, 503)
    assert (b"cache-control", b"no-store") in outcome.reply.headers
