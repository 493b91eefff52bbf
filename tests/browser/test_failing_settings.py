"""Settings that cannot be had: nothing starts, and the library's complaint about it comes home as well."""

import pytest

from tests.browser.customer_site import ALIAS, CDN, KEY, Site
from tests.browser.flow import new_path
from tests.browser.pages import html, loading
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit
from tests.world.http_faults import HttpFault

_OPEN = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
_STANDARD, _ALIAS = f"/analytics.js/v1/{KEY}/analytics.min.js", f"/{ALIAS}.min.js"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        pytest.param(_STANDARD, HttpFault(status=404, body=b"{}", headers=_OPEN), id="404"),
        pytest.param(_ALIAS, HttpFault(status=500, body=b"{}", headers=_OPEN), id="500"),
        pytest.param(_ALIAS, HttpFault(status=404, body=b"{}", headers=_OPEN), id="404, alias and new name"),
        pytest.param(_ALIAS, HttpFault(status=503), id="503 that scripts may not read"),
        pytest.param(_STANDARD, HttpFault(drop=True), id="cut"),
        pytest.param(_STANDARD, HttpFault(status=200, body=b"<html>", headers=_OPEN), id="no JSON"),
        pytest.param(_ALIAS, HttpFault(status=200, body=b"{}", headers=_OPEN), id="no integrations"),
    ],
)
def test_a_failed_start_asks_nobody_else(site: Site, visit: Visit, path: str, fault: HttpFault) -> None:
    site.front.inject(fault, path="/settings$")
    name = "metrics" if path == _ALIAS else "analytics"
    visit.open(site.serve(new_path(), html(head=loading(f"https://{CDN}{path}", KEY, name=name))))
    until(lambda: [each for each in site.asked("POST", "/v1/m$") if each.status == 200], "the error to be reported")
    visit.wait_settled()
    assert site.strangers(visit) == []
    assert site.asked("POST", "/v1/[^m]") == []
