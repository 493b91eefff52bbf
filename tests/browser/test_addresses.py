"""The library from every address and under every name: events arrive, and nobody else is asked."""

from dataclasses import dataclass

import pytest

from tests.browser.customer_site import ALIAS, API, CDN, DOMAIN, KEY, Site
from tests.browser.flow import check_arrived, visit_and_call
from tests.browser.pages import loading
from tests.world.browser_visit import Visit

STANDARD = f"/analytics.js/v1/{KEY}/analytics.min.js"
PLATFORM = f"/analytics.js/v1/{KEY}/platform/analytics.min.js"
SHORT, LONG = f"/{ALIAS}.js", f"/{ALIAS}.min.js"


@dataclass(frozen=True)
class Address:
    """Where a page finds the library, and by what name it calls it."""

    path: str
    host: str = CDN
    name: str = "analytics"
    says_cdn: bool = False
    key: str = KEY

    @property
    def snippet(self) -> str:
        """The script in the page."""
        cdn = f"https://{self.host}" if self.says_cdn else None
        return loading(f"https://{self.host}{self.path}", self.key, name=self.name, cdn=cdn)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(Address(STANDARD), id="standard"),
        pytest.param(Address(PLATFORM), id="platform"),
        pytest.param(Address(SHORT), id="alias"),
        pytest.param(Address(LONG), id="alias, longer"),
        pytest.param(Address(LONG, says_cdn=True), id="alias with _cdn"),
        pytest.param(Address(STANDARD, name="metrics"), id="renamed"),
        pytest.param(Address(LONG, name="metrics"), id="alias, renamed"),
        pytest.param(Address(LONG, name="metrics", says_cdn=True), id="alias with _cdn, renamed"),
        pytest.param(Address(LONG, name="metrics", key=""), id="alias, renamed, no key in the page"),
        pytest.param(Address(STANDARD, host=DOMAIN), id="from the domain itself"),
        pytest.param(Address(LONG, host=API, name="metrics"), id="from the API host"),
    ],
)
def test_a_page_sends_its_events_home_from(site: Site, visit: Visit, address: Address) -> None:
    # A user in the address takes a chunk, which must be found as well.
    path = visit_and_call(site, visit, address.snippet, name=address.name, query="?ajs_aid=from-the-address")
    check_arrived(site, visit, path)
    assert {event["anonymousId"] for event in site.posted_events(path)} >= {"from-the-address"}
    assert site.asked("GET", "/analytics-next/bundles/queryString.bundle")
    to = API if address.host == CDN else address.host
    assert {sent.host for sent in visit.sent if sent.method == "POST"} == {to}
