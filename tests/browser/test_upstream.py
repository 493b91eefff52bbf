"""Destinations of an upstream CDN: a page has all of them from the domain, and they work."""

import json
from typing import Any

from tests.browser import original
from tests.browser.customer_site import KEY, UPSTREAMED, Site
from tests.browser.flow import SAID, check_arrived, visit_and_call
from tests.browser.pages import loading
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit
from tests.world.recorder import Page

_NEXT = "/next-integrations"
_SETTINGS: dict[str, Any] = {
    "integrations": {
        "Segment.io": {"apiKey": "another", "apiHost": "api.segment.io/v1", "protocol": "http"},
        "Partner": {
            "bundlingStatus": "bundled",
            "versionSettings": {"version": "1.2.3", "componentTypes": ["browser"]},
        },
    },
    "metrics": {"sampleRate": 1, "host": "api.segment.io/v1", "flushTimer": 100},
    "enabledMiddleware": {"plan": True},
    "remotePlugins": [
        {
            "name": "Hooks",
            "creationName": "Hooks",
            "url": f"https://cdn.segment.com{_NEXT}/actions/hooks/1a2b3c.js",
            "libraryName": "hooks",
            "settings": {},
        }
    ],
}
_CLASSIC = """
window.partnerDeps = ['/integrations/vendor/commons.js'];
window.partnerLoader = () => {
  function Partner() { this.handlers = {} }
  Partner.prototype = {
    name: 'Partner',
    on(event, handler) { this.handlers[event] = handler },
    once(event, handler) { this.on(event, handler) },
    initialize() { this.handlers.initialize(); this.handlers.ready() },
    invoke(method) { (window.partner ||= []).push(method) },
  };
  window.partnerIntegration = Partner;
};
"""
_ACTION = """
window.hooks = () => ({
  name: 'Hooks', version: '1', type: 'enrichment', isLoaded: () => true, load: () => Promise.resolve(),
  track: context => { context.updateEvent('properties.hooked', true); return context },
});
"""
_MIDDLEWARE = """
window.planMiddleware = ({payload, next}) => { payload.obj.context.planned = true; next(payload) };
"""
_FILES = {
    f"{_NEXT}/integrations/partner/1.2.3/partner.dynamic.js.gz": _CLASSIC,
    f"{_NEXT}/integrations/vendor/commons.js.gz": "window.commons = true",
    f"{_NEXT}/actions/hooks/1a2b3c.js": _ACTION,
    f"{_NEXT}/middleware/plan/latest/plan.js.gz": _MIDDLEWARE,
}


def _served_settings(site: Site) -> str:
    with site.service.client() as client:
        return client.get(f"/v1/projects/{KEY}/settings", headers={"Host": f"cdn.{UPSTREAMED}"}).text


def test_all_that_an_upstream_has_comes_from_the_domain_and_works(site: Site, visit: Visit) -> None:
    files = {f"127.0.0.1{path}": Page(code.encode(), original.SCRIPT) for path, code in _FILES.items()}
    settings = Page(json.dumps(_SETTINGS).encode(), "application/json")
    site.pages.pages |= files | {f"127.0.0.1/v1/projects/{KEY}/settings": settings}
    until(lambda: "Partner" in _served_settings(site), "the service to have the upstream's settings")
    snippet = loading(f"https://cdn.{UPSTREAMED}/analytics.js/v1/{KEY}/analytics.min.js", KEY)
    path = visit_and_call(site, visit, snippet)
    said = [
        each | ({"properties": each["properties"] | {"hooked": True}} if each["type"] == "track" else {})
        for each in SAID
    ]
    check_arrived(site, visit, path, said)
    assert all(each["context"]["planned"] for each in site.posted_events(path))
    partner = until(lambda: visit.evaluate("window.partner"), "the classic destination to be called")
    assert {"page", "track", "identify"} <= set(partner)
    assert visit.evaluate("window.commons")
    assert [each.status for each in site.asked("GET", _NEXT)] == [200] * len(_FILES)
    assert {each.headers["Host"] for each in site.asked("GET", _NEXT)} == {f"cdn.{UPSTREAMED}"}
