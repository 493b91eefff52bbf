"""Analytics.js is held to its rows in the table of SDKs: by the operator's tag, and from npm with its options."""

import pytest

from tests.browser.customer_site import KEY, SNIPPETS, Site
from tests.browser.flow import check_arrived, visit_and_call
from tests.browser.pages import script
from tests.cluster.waiting import until
from tests.sdks.behaviour import faults, is_over, judge
from tests.sdks.holding import Hold
from tests.sdks.posted import FirstOf, body_of
from tests.sdks.rows import REAL
from tests.sdks.seen import key_places
from tests.world.browser_visit import Visit
from tests.world.page_packages import bundled

_OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
_EVENTS = "/v1/[^m]"
_TAG, _NPM = "Analytics.js, by its tag", "Analytics.js, from npm"


@pytest.fixture(params=[_TAG, _NPM])
def sdk(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def path(site: Site, visit: Visit, sdk: str) -> str:
    """A page on which every call was made."""
    if sdk == _TAG:
        return visit_and_call(site, visit, SNIPPETS["website.standard.html"])
    code = bundled(f"{SNIPPETS['website.mjs']}\nanalytics.page(); window.analytics = analytics;")
    return visit_and_call(site, visit, script(site.serve_script(code)))


def test_every_call_arrives_once_and_whole(site: Site, visit: Visit, hold: Hold, sdk: str, path: str) -> None:
    check_arrived(site, visit, path)
    posted = site.asked("POST", _EVENTS)
    assert {each.headers.get("Content-Encoding") for each in posted} == {None}
    versions = {each["context"]["library"]["version"] for each in site.posted_events(path)}
    (version,) = {version.removeprefix("npm:").removeprefix("next-") for version in versions}
    names = ",".join(sorted({each.path.removeprefix("/v1/") for each in posted}))
    (key,) = {key_places(each, KEY) for each in posted}
    hold(sdk, package=f"@segment/analytics-next {version}", sends=f"POST /v1/{{{names}}}", key=key, gzip="no")


def test_it_does_with_failures_what_its_row_says(site: Site, visit: Visit, hold: Hold, sdk: str, path: str) -> None:
    check_arrived(site, visit, path)
    expected = REAL[sdk].behaviour
    met = faults(expected, _OPEN)
    site.front.exchanges.clear()
    site.front.injections = [FirstOf(case, fault) for case, fault in met.items()]
    visit.evaluate("cases => { for (const name of cases) analytics.track(name) }", list(met))
    until(lambda: is_over(site.asked("POST", _EVENTS), expected), "all that comes again to be taken")
    passed = site.asked("POST", _EVENTS)
    counts = [each.headers.get("X-Retry-Count") for each in passed if body_of(each).get("event") == "broken"]
    assert counts[0] is None
    hold(sdk, behaviour=judge(passed, met), counts=counts[1:] == ["1"])
    before, again = 8, len(met) - 1
    arrived = site.arrived(path, before + again + 1)[before:]
    assert sorted(event["event"] for event in arrived) == sorted([*met.keys() - {"refused"}, "lost"])
    assert len({event["messageId"] for event in arrived if event["event"] == "lost"}) == 1
    assert site.strangers(visit) == []
