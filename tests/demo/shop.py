"""The steps in which a page of the customer's site collects events: the operator's own snippet, in a real Chromium."""

import re
import time
from collections import Counter
from dataclasses import asdict
from typing import Any

from tests.cluster.build_cache import cache_root
from tests.cluster.waiting import until
from tests.demo.browse import Browsing, browsing, www
from tests.demo.collect import ARRIVED_TIMEOUT, arrived
from tests.demo.conditions import Unexpected
from tests.demo.scene import Scene

PICTURE = cache_root().parent / "demo" / "shop.png"
"""Outside of any checkout; the next run takes it anew."""
_CLICKS = ("#sign-in", "#add", "#order")
_SAID = [("page", None), ("identify", None), ("track", "Product Added"), ("track", "Order Completed")]
_DAY = 86_400
_ORDER = {"order": "A-1001", "total": 899, "currency": "EUR"}


def show_snippet(scene: Scene) -> None:
    """Show what the operator hands out for pages."""
    seen = scene.custom_domain() or {}
    file = f"{seen['spec']['sources'][0]['name']}.html".replace(".", r"\.")
    target = ("get", "configmap", seen["status"]["snippets"]["configMap"], "-n", scene.namespace)
    scene.page.say("The operator keeps it in a ConfigMap beside the domain, ready to be copied:")
    scene.page.line()
    scene.kubectl(*target)
    scene.snippet = scene.kubectl(*target, "-o", f"jsonpath={{.data.{file}}}")
    scene.page.facts([("the library", _library(scene)), ("which is", "an alias: a path of this source's own")])


def visit_page(scene: Scene) -> None:
    """Open a page with that snippet in a browser, click, and show what was asked for."""
    scene.page.say(f"The snippet goes, as it stands, into a page of https://{www(scene)}/, the customer's own site.")
    scene.page.line()
    before = len(scene.edge.log)
    with browsing(scene, scene.snippet) as browse:
        _click(scene, browse)
    _show_requests(scene, browse)
    served = {(f"https://{row.host}{row.path}", row.status) for row in scene.edge.log[before:]}
    scene.expect((_library(scene), 200) in served, "the library to be served by its alias", served)


def show_arrived(scene: Scene) -> None:
    """Show the events of the page where the sink put them."""
    events = _events(scene)
    rows = [
        (f"{event['type']:<9} {event.get('event', ''):<16}", f"{event['anonymousId']}  {event.get('userId') or '-'}")
        for event in events
    ]
    scene.page.facts([("event", "anonymous id                          user id"), *rows])
    said = [(event["type"], event.get("event")) for event in events]
    scene.expect(said == _SAID, f"the events {_SAID}, each once", said)
    scene.expect(events[-1]["properties"] == _ORDER, f"the order {_ORDER}", events[-1])
    visitors = {event["anonymousId"] for event in events}
    scene.expect(visitors == {scene.visitor}, f"all of them to be of {scene.visitor}", visitors)
    scene.page.say(f"All {len(events)} events of the page, each once, by the visitor's own anonymous id.")


def _click(scene: Scene, browse: Browsing) -> None:
    visit = browse.visit
    visit.open(browse.url)
    visit.wait_for("said.size === 1")
    for number, button in enumerate(_CLICKS, start=2):
        visit.click(button)
        visit.wait_for(f"said.size === {number}")
    events = until(lambda: _all_events(scene), "all events to arrive", ARRIVED_TIMEOUT)
    for event in events:
        visit.evaluate("([id, at]) => showArrived(id, at)", [event["messageId"], event["receivedAt"]])
    visit.evaluate("showAsked", [asdict(sent) for sent in visit.sent])
    cookie = visit.cookies()["ajs_anonymous_id"]
    scene.visitor = cookie["value"]
    days = round((cookie["expires"] - time.time()) / _DAY)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    visit.screenshot(PICTURE)
    # What a page sends as it is left counts, too.
    visit.close_tab()
    visit.wait_settled()
    scene.page.facts(
        [
            ("visitor", f"ajs_anonymous_id {scene.visitor}, a cookie of {cookie['domain']} for {days} days"),
            ("clicks", "Sign in, Add to cart, Order"),
            ("picture", str(PICTURE)),
        ]
    )
    scene.kept["The page, as its visitor saw it"] = PICTURE


def _show_requests(scene: Scene, browse: Browsing) -> None:
    sent, connections = browse.visit.sent, browse.elsewhere.connections
    scene.page.line("  All that it asked for, as the browser's own protocol tells it:")
    scene.page.output("\n".join(f"{each.kind:<9} {each.method:<5} {each.host:<17} {each.path}" for each in sent))
    own = {www(scene), *(f"{label}{scene.host}" for label in ("", "api.", "cdn."))}
    asked = Counter(each.host for each in sent)
    strangers = asked.keys() - own
    rows = [(f"asked of {host}", str(number)) for host, number in asked.items() if host in own]
    others = f"{sum(asked[host] for host in strangers)}, and {len(connections)} connections came"
    scene.page.facts([*rows, ("of all other names", others)])
    scene.expect(not strangers and not connections, "nothing to be asked of any other host", (strangers, connections))


def _all_events(scene: Scene) -> list[dict[str, Any]] | None:
    events = _events(scene)
    return events if len(events) >= len(_SAID) else None


def _events(scene: Scene) -> list[dict[str, Any]]:
    """Return what came from the customer's site, in the order in which it was said there."""
    events = [line["event"] for _, line in arrived(scene)]
    here = [each for each in events if each["context"].get("page", {}).get("url") == f"https://{www(scene)}/"]
    return sorted(here, key=lambda event: event["originalTimestamp"])


def _library(scene: Scene) -> str:
    found = re.search(rf"https://cdn\.{re.escape(scene.host)}/\w+/\w+\.min\.js", scene.snippet)
    if found is None:
        raise Unexpected(f"no alias of the library in the snippet:\n{scene.snippet}")
    return found[0]
