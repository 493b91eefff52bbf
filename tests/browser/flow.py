"""What a visitor does on a page in every scenario, and what must have arrived of it, once and complete."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tests.browser.customer_site import Site
from tests.browser.pages import html
from tests.world.browser_visit import Visit

_EARLY = """
window[name].track('Seen', {early: true});
window[name].on('track', () => { window.seen = true });
"""
CALLS = """async name => {
  const analytics = window[name];
  await analytics.identify('u1', {plan: 'pro', address: {city: 'Zürich'}});
  await analytics.track('Order Completed', {total: 42.5, products: [{sku: 'a'}, {sku: 'b'}], note: '💐'});
  await analytics.group('g1', {employees: 12});
  await analytics.screen('Home');
  await analytics.alias('u2', 'u0');
  await analytics.page('Docs', 'Install', {depth: 2});
}"""
ABSENT = object()
SAID: tuple[Mapping[str, Any], ...] = (
    {"type": "page", "name": ABSENT},
    {"type": "track", "event": "Seen", "properties": {"early": True}},
    {"type": "identify", "userId": "u1", "traits": {"plan": "pro", "address": {"city": "Zürich"}}},
    {
        "type": "track",
        "event": "Order Completed",
        "userId": "u1",
        "properties": {"total": 42.5, "products": [{"sku": "a"}, {"sku": "b"}], "note": "💐"},
    },
    {"type": "group", "groupId": "g1", "userId": "u1", "traits": {"employees": 12}},
    {"type": "screen", "name": "Home", "userId": "u1"},
    {"type": "alias", "previousId": "u0"},
    {"type": "page", "category": "Docs", "name": "Install", "properties": {"depth": 2}},
)
_CHANGED = {"writeKey", "timestamp", "sentAt"}


def new_path() -> str:
    """Return the path of a page that nobody has seen, so that its events are known by it."""
    return f"/{uuid.uuid4().hex}"


def visit_and_call(
    site: Site,
    visit: Visit,
    head: str,
    *,
    name: str = "analytics",
    query: str = "",
    nonce: str = "",
    headers: Mapping[str, str] | None = None,
) -> str:
    """Open a page with a snippet, make every kind of call, early and late, and return the page's path."""
    path = new_path()
    page = html(f"(name => {{{_EARLY}}})({name!r})", head=head, nonce=nonce)
    visit.open(site.serve(path, page, headers) + query)
    visit.wait_for("window.seen")
    visit.evaluate(CALLS, name)
    return path


def check_arrived(
    site: Site, visit: Visit, path: str, said: Iterable[Mapping[str, Any]] = SAID, strangers: Collection[str] = ()
) -> None:
    """Fail unless exactly what was said on a page arrived, each as the browser sent it, and nobody else was asked."""
    said = list(said)
    arrived = site.arrived(path, len(said))
    visit.wait_settled()
    arrived = site.arrived(path, len(said))
    found = [[event["messageId"] for event in arrived if _holds(event, expected)] for expected in said]
    assert [len(each) for each in found] == [1] * len(arrived), (found, arrived)
    by_id = {event["messageId"]: event for event in arrived}
    assert len(by_id) == len(arrived)
    for sent in site.posted_events(path):
        event = by_id[sent["messageId"]]
        assert _holds(event, {name: value for name, value in sent.items() if name not in _CHANGED})
        assert event["originalTimestamp"] == sent["timestamp"]
        assert event["anonymousId"]
    assert site.strangers(visit) == list(strangers)


def _holds(value: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping):
        return isinstance(value, Mapping) and all(
            _holds(value.get(name, ABSENT), member) for name, member in expected.items()
        )
    return bool(value == expected)
