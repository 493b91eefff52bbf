"""A strict Content-Security-Policy: what the operator says is to be added is enough, and none of it is too much."""

from collections.abc import Collection
from typing import Any, NamedTuple

import pytest

from tests.browser.customer_site import API, CDN, POLICY, SNIPPETS, Site
from tests.browser.flow import CALLS, check_arrived, new_path
from tests.browser.pages import html
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit

_NONCE = "bm9uY2U"
_WATCH = """
window.violations = [];
addEventListener('securitypolicyviolation', event => {
  const place = event.blockedURI === 'inline' ? 'inline' : new URL(event.blockedURI).origin;
  violations.push([event.effectiveDirective, place]);
}, true);
"""


class Allowed(NamedTuple):
    """One source of one directive."""

    directive: str
    source: str


NONCE = Allowed("script-src", f"'nonce-{_NONCE}'")
LIBRARY = Allowed("script-src", f"https://{CDN}")
SETTINGS = Allowed("connect-src", f"https://{CDN}")
EVENTS = Allowed("connect-src", f"https://{API}")
PIXEL = Allowed("img-src", f"https://{API}")
_DIRECTIVES = ("script-src", "connect-src", "img-src")
ALL = (NONCE, LIBRARY, SETTINGS, EVENTS, PIXEL)


def test_the_operator_says_this_and_no_more() -> None:
    said = {directive: {each.source for each in ALL if each.directive == directive} for directive in _DIRECTIVES}
    nonce = {NONCE.source}
    assert said == {
        "script-src": nonce | set(POLICY["scriptSrc"]),
        "connect-src": set(POLICY["connectSrc"]),
        "img-src": set(POLICY["imgSrc"]),
    }


def _policy(allowed: Collection[Allowed]) -> dict[str, str]:
    directives = {
        directive: " ".join(each.source for each in allowed if each.directive == directive) or "'none'"
        for directive in _DIRECTIVES
    }
    text = "; ".join(["default-src 'none'", *(f"{name} {sources}" for name, sources in directives.items())])
    return {"Content-Security-Policy": text}


class _Page(NamedTuple):
    path: str
    user: str

    def open(self, site: Site, visit: Visit, policy: dict[str, str], snippet: str = "website.nonce.html") -> None:
        """Open it with the snippet, a call before the library is there, a pixel, and a user from the address."""
        head = SNIPPETS[snippet].replace("<NONCE>", _NONCE)
        image = SNIPPETS["mail.txt"].strip().replace("USER_ID", self.user).replace("&", "&amp;")
        body = f'<img src="{image}" alt="">'
        early = "analytics.track('Seen', {early: true}); analytics.on('track', () => { window.seen = true })"
        visit.prepare(_WATCH)
        visit.open(site.serve(self.path, html(early, head=head, body=body, nonce=_NONCE), policy) + "?ajs_aid=a1")

    def pixels(self, site: Site) -> list[dict[str, Any]]:
        """Return the events of its pixel."""
        return site.sink.of(lambda event: event.get("userId") == self.user)


def _new_page() -> _Page:
    return _Page(new_path(), new_path().strip("/"))


@pytest.mark.parametrize("snippet", ["website.nonce.html", "website.standard.nonce.html"])
def test_what_is_to_be_added_is_enough(site: Site, visit: Visit, snippet: str) -> None:
    page = _new_page()
    page.open(site, visit, _policy(ALL), snippet)
    visit.wait_for("window.seen")
    visit.evaluate(CALLS, "analytics")
    check_arrived(site, visit, page.path)
    until(lambda: page.pixels(site), "the pixel to arrive")
    assert visit.evaluate("violations") == []
    assert site.asked("GET", "/analytics-next/bundles/")


def test_a_policy_that_trusts_scripts_by_their_nonce_needs_no_host_for_them(site: Site, visit: Visit) -> None:
    page = _new_page()
    page.open(site, visit, _policy([NONCE, Allowed("script-src", "'strict-dynamic'"), SETTINGS, EVENTS, PIXEL]))
    visit.wait_for("window.seen")
    visit.evaluate(CALLS, "analytics")
    check_arrived(site, visit, page.path)
    assert visit.evaluate("violations") == []


@pytest.mark.parametrize(
    ("without", "violation"),
    [
        pytest.param(NONCE, ["script-src-elem", "inline"], id="the nonce"),
        pytest.param(LIBRARY, ["script-src-elem", f"https://{CDN}"], id="the library"),
        pytest.param(SETTINGS, ["connect-src", f"https://{CDN}"], id="the settings"),
        pytest.param(EVENTS, ["connect-src", f"https://{API}"], id="the events"),
        pytest.param(PIXEL, ["img-src", f"https://{API}"], id="the pixel"),
    ],
)
def test_something_breaks_without(site: Site, visit: Visit, without: Allowed, violation: list[str]) -> None:
    page = _new_page()
    page.open(site, visit, _policy([each for each in ALL if each != without]))
    visit.wait_for("violations.length")
    if without is PIXEL:
        assert len(site.arrived(page.path, 2)) == 2
        assert page.pixels(site) == []
    else:
        until(lambda: page.pixels(site), "the pixel to arrive, which is allowed")
        visit.wait_settled()
        assert site.posted_events(page.path) == []
    found = {tuple(each) for each in visit.evaluate("violations")}
    assert found == {tuple(violation)}
    assert site.strangers(visit) == []
