"""A consent wrapper in front of the library: nothing is sent before consent, and all of it after."""

import pytest

from tests.browser.customer_site import CDN, KEY, SNIPPETS, Site
from tests.browser.flow import CALLS, SAID, check_arrived, new_path
from tests.browser.pages import html, script
from tests.world.browser_visit import Visit
from tests.world.page_packages import bundled

_WRAPPER = """
import {createWrapper} from "@segment/analytics-consent-tools";
const consent = new Promise(resolve => { window.consent = resolve });
const wrapped = createWrapper({
  shouldLoadSegment: async context => { await consent; context.load({consentModel: "opt-in"}) },
  getCategories: () => ({Analytics: true, Advertising: false}),
});
"""
_SEEN = "analytics.track('Seen', {early: true}); analytics.on('track', () => { window.seen = true })"


def _tag() -> tuple[str, str]:
    load = f'analytics.load("{KEY}");\n'
    assert load in SNIPPETS["website.html"]
    return SNIPPETS["website.html"].replace(load, ""), f'{_WRAPPER} wrapped(window.analytics).load("{KEY}");'


def _npm() -> tuple[str, str]:
    load = "AnalyticsBrowser.load("
    text = SNIPPETS["website.mjs"]
    assert text.count(load) == 1
    module = text.replace(f"export const analytics = {load}", "wrapped(analytics).load(")
    made = "const analytics = window.analytics = new AnalyticsBrowser(); analytics.page();"
    return "", _WRAPPER + module.replace("wrapped(", f"{made} wrapped(")


@pytest.mark.parametrize(("tag", "module"), [pytest.param(*_tag(), id="tag"), pytest.param(*_npm(), id="npm")])
def test_nothing_is_sent_before_consent_and_all_after(site: Site, visit: Visit, tag: str, module: str) -> None:
    path = new_path()
    wrapper = script(site.serve_script(bundled(module)))
    visit.open(site.serve(path, html(_SEEN, head=tag + wrapper)))
    visit.wait_settled()
    assert {sent.host for sent in visit.sent} == {"www.acme.com"}
    visit.evaluate("consent()")
    visit.wait_for("window.seen")
    visit.evaluate(CALLS, "analytics")
    check_arrived(site, visit, path)
    said = [each["context"]["consent"]["categoryPreferences"] for each in site.posted_events(path)]
    assert said == [{"Analytics": True, "Advertising": False}] * len(SAID)
    assert {sent.host for sent in visit.sent if sent.kind == "script"} <= {CDN, "www.acme.com"}
