"""An API host in trouble: each event is tried again, at the same host, and arrives once."""

import pytest

from tests.browser.customer_site import ALIAS, CDN, KEY, Site
from tests.browser.flow import CALLS, SAID, check_arrived, new_path, visit_and_call
from tests.browser.pages import html, loading
from tests.world.browser_visit import Visit
from tests.world.http_faults import HttpFault

_OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
_TRIED_AGAIN = "/v1/t$"


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        pytest.param(HttpFault(status=429, headers={**_OPEN, "Retry-After": "1"}), 1, id="429"),
        pytest.param(HttpFault(status=503, headers={**_OPEN, "Retry-After": "1"}), 2, id="503"),
        pytest.param(HttpFault(status=500, headers=_OPEN), 2, id="500"),
        pytest.param(HttpFault(status=502), 1, id="502 that scripts may not read"),
        pytest.param(HttpFault(drop=True), 2, id="a dropped connection"),
    ],
)
@pytest.mark.parametrize("batching", [False, True], ids=["one by one", "in batches"])
def test_an_event_that_was_not_taken_comes_again(
    site: Site, visit: Visit, fault: HttpFault, times: int, batching: bool
) -> None:
    path = "/v1/b$" if batching else _TRIED_AGAIN
    site.front.inject(fault, methods={"POST"}, path=path, times=times)
    strategy = {"deliveryStrategy": {"strategy": "batching", "config": {"timeout": 200}}} if batching else {}
    options = {"integrations": {"Segment.io": strategy}}
    page = visit_and_call(site, visit, loading(f"https://{CDN}/{ALIAS}.min.js", KEY, options=options))
    check_arrived(site, visit, page)
    taken = [each for each in site.asked("POST", path) if each.fault is None]
    refused = [each for each in site.asked("POST", path) if each.fault]
    assert len(refused) == times
    if not fault.drop:
        assert any("X-Retry-Count" in each.headers for each in taken)


def test_what_is_said_offline_arrives_once_when_the_network_is_back(site: Site, visit: Visit) -> None:
    page = new_path()
    visit.open(site.serve(page, html(head=loading(f"https://{CDN}/{ALIAS}.min.js", KEY))))
    visit.wait_for("window.analytics.initialized")
    site.arrived(page, 1)
    visit.set_offline(True)
    visit.evaluate(CALLS, "analytics")
    assert len(site.posted_events(page)) == 1
    visit.set_offline(False)
    check_arrived(site, visit, page, [each for each in SAID if each.get("event") != "Seen"])
