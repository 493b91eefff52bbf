"""Visitors stay who they are when a site moves from the vendor's default hosts to the custom domain, and back."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.browser import original
from tests.browser.customer_site import KEY, SHOP, SNIPPETS, WWW, Site
from tests.browser.flow import new_path
from tests.browser.pages import html, loading, script
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit
from tests.world.page_packages import bundled
from tests.world.recorder import Page

_YEAR = 365 * 24 * 3600
_DEFAULT = loading(f"https://{original.VENDOR_CDN}{original.standard_path(KEY)}", KEY)


def _by_vendor(site: Site, visit: Visit, calls: str) -> Mapping[str, Any]:
    """Return the last event that a page posts to the vendor's host after some calls."""
    site.elsewhere.asked.clear()
    visit.open(site.serve(new_path(), html(f"{calls};analytics.track('Last')", head=_DEFAULT)))

    def last() -> Mapping[str, Any] | None:
        bodies = [json.loads(each.body) for each in site.elsewhere.asked if each.path == "/v1/t" and each.body]
        return next((body for body in bodies if body["event"] == "Last"), None)

    return until(last, "the vendor's API to get the last event")


def _by_domain(site: Site, visit: Visit, head: str, host: str = WWW) -> Mapping[str, Any]:
    """Return the event of a page with the custom domain's library."""
    path = new_path()
    site.pages.pages[host + path] = Page(html("analytics.track('Last')", head=head).encode())
    visit.open(f"https://{host}{path}")
    until(lambda: [each for each in site.arrived(path, 1) if each.get("event") == "Last"], "the last event to arrive")
    return next(each for each in site.arrived(path, 1) if each.get("event") == "Last")


def _who(event: Mapping[str, Any]) -> tuple[str, str | None]:
    return event["anonymousId"], event["userId"]


def test_a_visitor_stays_the_same_on_the_way_to_the_domain_and_back(site: Site, visit: Visit) -> None:
    site.elsewhere.pages |= original.files(original.VENDOR_CDN, KEY)
    before = _by_vendor(site, visit, "analytics.identify('u1', {plan: 'pro'})")
    assert before["anonymousId"]
    assert before["userId"] == "u1"
    cookies = visit.cookies()
    assert _who(_by_domain(site, visit, SNIPPETS["website.html"])) == _who(before)
    npm = script(site.serve_script(bundled(f"{SNIPPETS['website.mjs']}; window.analytics = analytics;")))
    assert _who(_by_domain(site, visit, npm)) == _who(before)
    assert {name: cookie["value"] for name, cookie in visit.cookies().items()} == {
        name: cookie["value"] for name, cookie in cookies.items()
    }
    assert _who(_by_vendor(site, visit, "")) == _who(before)


def test_who_a_visitor_became_on_the_domain_is_known_to_the_vendors_hosts(site: Site, visit: Visit) -> None:
    path = new_path()
    calls = "analytics.identify('u7'); analytics.group('g7'); analytics.track('Last')"
    visit.open(site.serve(path, html(calls, head=SNIPPETS["website.html"])))
    event = next(each for each in site.arrived(path, 4) if each["type"] == "group")
    site.elsewhere.pages |= original.files(original.VENDOR_CDN, KEY)
    after = _by_vendor(site, visit, "")
    assert _who(after) == (event["anonymousId"], "u7")
    assert visit.evaluate("analytics.group().id()") == "g7"


def test_cookies_belong_to_the_site_and_a_sibling_host_knows_the_visitor(site: Site, visit: Visit) -> None:
    site.elsewhere.pages |= original.files(original.VENDOR_CDN, KEY)
    before = _by_vendor(site, visit, "analytics.identify('u1')")
    # Nothing but cookies is common to two hosts of a site.
    assert _who(_by_domain(site, visit, SNIPPETS["website.html"], host=SHOP)) == _who(before)
    cookies = visit.cookies()
    assert {name: cookie["value"] for name, cookie in cookies.items()} == {
        "ajs_anonymous_id": before["anonymousId"],
        "ajs_user_id": "u1",
    }
    for cookie in cookies.values():
        assert (cookie["domain"], cookie["path"], cookie["sameSite"]) == (".acme.com", "/", "Lax")
        assert not cookie["httpOnly"]
        assert abs(cookie["expires"] - time.time() - _YEAR) < 3600


def test_cookies_of_the_first_analytics_js_are_understood_as_by_the_vendors_hosts(
    site: Site, visitors: Callable[[], Visit]
) -> None:
    site.elsewhere.pages |= original.files(original.VENDOR_CDN, KEY)
    set_cookies = (
        "document.cookie = 'ajs_anonymous_id=%22old-visitor%22; domain=acme.com; path=/';"
        "document.cookie = 'ajs_user_id=%22old-user%22; domain=acme.com; path=/'"
    )
    at_vendor, at_domain = visitors(), visitors()
    for visit in (at_vendor, at_domain):
        visit.open(site.serve(new_path(), html(set_cookies)))
    before = _by_vendor(site, at_vendor, "")
    assert _who(before) == ("old-visitor", "old-user")
    assert _who(_by_domain(site, at_domain, SNIPPETS["website.html"])) == _who(before)
