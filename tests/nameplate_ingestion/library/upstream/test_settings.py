"""The upstream's settings document in ours: ours says where events go, everything else is kept."""

import json

import pytest

from nameplate_ingestion.library.upstream.settings import BadSettings, check, merge

OURS = json.dumps(
    {
        "integrations": {"Segment.io": {"apiKey": "k3y", "apiHost": "api.cdp.acme.com/v1"}},
        "metrics": {"sampleRate": 0},
    }
).encode()
CDN = "https://cdn.segment.com"
PLUGIN = {
    "name": "Amplitude (Actions)",
    "creationName": "Actions Amplitude",
    "libraryName": "amplitude-pluginsDestination",
    "url": "https://cdn.segment.com/next-integrations/actions/amplitude-plugins/6d34b9f3.js",
    "settings": {"versionSettings": {"componentTypes": []}, "x": [1, 2.5, None, "ä"]},
}
REST = {
    "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
    "edgeFunction": {},
    "analyticsNextEnabled": True,
    "middlewareSettings": {"routingRules": [{"matchers": [], "scope": "destinations"}]},
    "enabledMiddleware": {"@segment/example": True},
    "legacyVideoPluginsEnabled": False,
    "remotePlugins": [PLUGIN],
    "consentSettings": {"allCategories": ["C0001"]},
}
THEIRS = REST | {
    "integrations": {
        "Google Analytics": {"trackingId": "UA-1", "versionSettings": {"version": "2.18.5"}},
        "Segment.io": {
            "apiKey": "other",
            "apiHost": "api.segment.io/v1",
            "protocol": "http",
            "addBundledMetadata": True,
            "unbundledIntegrations": ["Salesforce"],
            "versionSettings": {"version": "4.4.7"},
        },
    },
    "metrics": {"sampleRate": 0.1, "host": "api.segment.io/v1"},
}


def merged(theirs, upstream=CDN):
    return json.loads(merge(OURS, json.dumps(theirs).encode(), upstream))


def test_a_document_of_the_vendor_is_kept_but_for_where_events_go():
    assert merged(THEIRS) == REST | {
        "integrations": {
            "Google Analytics": {"trackingId": "UA-1", "versionSettings": {"version": "2.18.5"}},
            "Segment.io": {
                "apiKey": "k3y",
                "apiHost": "api.cdp.acme.com/v1",
                "addBundledMetadata": True,
                "unbundledIntegrations": ["Salesforce"],
                "versionSettings": {"version": "4.4.7"},
            },
        },
        "metrics": {"sampleRate": 0},
    }


def test_a_source_that_sends_nothing_to_the_vendor_sends_to_us():
    assert merged({"integrations": {}})["integrations"] == json.loads(OURS)["integrations"]


@pytest.mark.parametrize(
    ("upstream", "url", "loaded"),
    [
        # As `remote-loader` replaces it, which knows no other host.
        (CDN, f"{CDN}/next-integrations/a.js", f"{CDN}/next-integrations/a.js"),
        ("https://cdn.eu.example", "https://cdn.eu.example/next-integrations/a.js", f"{CDN}/next-integrations/a.js"),
        ("https://m.example/x", "https://m.example/x/next-integrations/a.js", f"{CDN}/next-integrations/a.js"),
        ("https://m.example/x", "https://m.example/xy/a.js", "https://m.example/xy/a.js"),
        ("https://cdn.eu.example", "https://elsewhere.example/a.js", "https://elsewhere.example/a.js"),
    ],
)
def test_a_remote_plugin_of_the_upstream_is_loaded_by_way_of_the_page_s_own_cdn(upstream, url, loaded):
    document = merged({"integrations": {}, "remotePlugins": [{"url": url, "name": "a"}, {"name": "b"}]}, upstream)
    assert document["remotePlugins"] == [{"url": loaded, "name": "a"}, {"name": "b"}]


@pytest.mark.parametrize(
    "theirs",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b'"integrations"',
        b"{}",
        b'{"integrations":null}',
        b'{"integrations":[]}',
        b'{"integrations":{"Segment.io":true}}',
        b'{"integrations":{}',
        b'{"integrations":{}}x',
        b'{"integrations":{"a":nul}}',
        b'{"integrations":{},"a":"\xff"}',
        b'{"integrations":{},"remotePlugins":{}}',
        b'{"integrations":{},"remotePlugins":[1]}',
        b'{"integrations":{},"remotePlugins":[{"url":1}]}',
        b'{"integrations":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    ],
)
def test_what_is_no_settings_document_is_refused(theirs):
    with pytest.raises(BadSettings):
        merge(OURS, theirs, CDN)
    with pytest.raises(BadSettings):
        check(theirs)


def test_what_can_be_merged_passes_the_check():
    check(b'{"integrations":{},"remotePlugins":[{"url":"https://cdn.segment.com/a.js"}]}')
