"""Pages that are left while they have something to send: it arrives, once, and nobody else is asked."""

import pytest

from tests.browser.customer_site import ALIAS, CDN, KEY, WWW, Site
from tests.browser.flow import check_arrived, new_path, visit_and_call
from tests.browser.pages import html, loading
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit
from tests.world.http_faults import HttpFault

_SRC = f"https://{CDN}/{ALIAS}.min.js"
_LATE = {"strategy": "batching", "config": {"timeout": 600_000, "size": 100}}


@pytest.mark.parametrize("closes", [False, True], ids=["for another page", "by closing the tab"])
def test_a_batch_that_waits_is_sent_when_its_page_is_left(site: Site, visit: Visit, closes: bool) -> None:
    options = {"integrations": {"Segment.io": {"deliveryStrategy": _LATE}}}
    path = visit_and_call(site, visit, loading(_SRC, KEY, options=options))
    assert site.posted_events(path) == []
    visit.close_tab() if closes else visit.open(site.serve(new_path(), html()))
    check_arrived(site, visit, path)
    assert [each.path for each in site.asked("POST", "") if path.encode() in each.body] == ["/v1/b"]


def test_what_could_not_be_sent_comes_from_the_next_page(site: Site, visit: Visit) -> None:
    site.front.inject(HttpFault(drop=True), methods={"POST"})
    path = visit_and_call(site, visit, loading(_SRC, KEY))
    kept = f"localStorage.getItem('persisted-queue:v1:{KEY}:dest-Segment.io:items')"
    visit.open(site.serve(new_path(), html()))
    assert visit.evaluate(kept)
    assert site.posted_events(path) == []
    site.front.heal()
    visit.open(site.serve(new_path(), html(head=loading(_SRC, KEY))))
    check_arrived(site, visit, path)


@pytest.mark.parametrize(
    ("element", "call"),
    [
        pytest.param("<a id=it href=/next>Buy</a>", "trackLink", id="a link"),
        pytest.param("<form action=/next><button id=it>Buy</button></form>", "trackForm", id="a form"),
    ],
)
def test_an_event_that_leads_away_arrives(site: Site, visit: Visit, element: str, call: str) -> None:
    path = new_path()
    target = "document.querySelector('a, form')"
    script = f"analytics.push(['{call}', {target}, 'Bought', {{by: '{call}'}}]); analytics.ready"
    site.serve("/next", html())
    visit.open(site.serve(path, html(script, head=loading(_SRC, KEY), body=element)))
    until(lambda: site.asked("GET", "/bundles/auto-track.bundle"), "the chunk for it")
    visit.wait_for("window.analytics.initialized")
    visit.wait_settled()
    visit.click("#it")
    visit.wait_for_page(f"https://{WWW}/next*")
    said = [{"type": "page"}, {"type": "track", "event": "Bought", "properties": {"by": call}}]
    check_arrived(site, visit, path, said)
