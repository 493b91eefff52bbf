"""Pages out of the ordinary: old browsers, workers, and policies against the vendor."""

import json
from collections.abc import Callable

import pytest

from tests.browser import original
from tests.browser.customer_site import API, KEY, NEW_NAME, SNIPPETS, WWW, Site
from tests.browser.flow import CALLS, check_arrived, new_path, visit_and_call
from tests.browser.pages import html
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit
from tests.world.recorder import Page

_OF_2016 = "Mozilla/5.0 (X11; Linux x86_64; rv:45.0) Gecko/20100101 Firefox/45.0"
_PASSES_ON = """
oninstall = () => skipWaiting();
onactivate = event => event.waitUntil(clients.claim());
onfetch = event => event.respondWith(fetch(event.request));
"""
_REGISTER = """async () => {
  await navigator.serviceWorker.register('/worker.js');
  if (!navigator.serviceWorker.controller)
    await new Promise(resolve => navigator.serviceWorker.addEventListener('controllerchange', resolve));
}"""
_POSTS = """
fetch('https://{host}/v1/track', {{
  method: 'POST',
  headers: {{authorization: 'Basic ' + btoa('{key}:')}},
  body: JSON.stringify({{event: 'By a worker', userId: '{user}'}}),
}});
"""


def test_an_old_browser_takes_its_polyfill_from_the_domain(site: Site, visitors: Callable[[str], Visit]) -> None:
    visit = visitors(_OF_2016)
    path = visit_and_call(site, visit, SNIPPETS["website.html"])
    check_arrived(site, visit, path)
    assert [each.status for each in site.asked("GET", "polyfill")] == [200]


def test_a_page_without_tls_sends_its_events_over_tls(site: Site, visit: Visit) -> None:
    path = new_path()
    url = site.serve(path, html("analytics.on('track', () => { window.seen = true })", head=SNIPPETS["website.html"]))
    visit.open(url.replace("https://", "http://"))
    visit.evaluate("() => { analytics.track('Seen', {early: true}) }")
    visit.wait_for("window.seen")
    visit.evaluate(CALLS, "analytics")
    check_arrived(site, visit, path)


def test_a_service_worker_that_passes_all_on_changes_nothing(site: Site, visit: Visit) -> None:
    site.pages.pages[f"{WWW}/worker.js"] = Page(_PASSES_ON.encode(), original.SCRIPT)
    visit.open(site.serve(new_path(), html()))
    visit.evaluate(_REGISTER)
    path = visit_and_call(site, visit, SNIPPETS["renamed.html"], name=NEW_NAME, query="?ajs_aid=a1")
    check_arrived(site, visit, path)


def test_a_worker_may_post_by_itself(site: Site, visit: Visit) -> None:
    user = new_path().strip("/")
    worker = site.serve_script(_POSTS.format(host=API, key=KEY, user=user))
    visit.open(site.serve(new_path(), html(f"new Worker({json.dumps(worker)})")))
    assert [each["event"] for each in site.arrived_of_user(user)] == ["By a worker"]
    visit.wait_settled()
    assert site.strangers(visit) == []


@pytest.mark.parametrize(("file", "name"), [("website.html", "analytics"), ("renamed.html", NEW_NAME)])
def test_a_tag_of_the_vendor_that_was_left_in_the_page_leads_nobody_there(
    site: Site, visit: Visit, file: str, name: str
) -> None:
    # Consent tools keep tags from running by another type.
    src = f"https://{original.VENDOR_CDN}{original.standard_path('v3ndor')}"
    left = f'<script type="text/plain" data-global-segment-analytics-key="theirs" src="{src}"></script>'
    path = visit_and_call(site, visit, left + SNIPPETS[file], name=name, query="?ajs_aid=a1")
    check_arrived(site, visit, path)


def test_a_policy_against_the_vendor_makes_the_library_ask_the_domain_for_its_old_version(
    site: Site, visit: Visit
) -> None:
    # What else a page may not have of the vendor, the library takes for itself.
    policy = {"Content-Security-Policy": "img-src 'self'"}
    path = visit_and_call(site, visit, SNIPPETS["renamed.html"], name=NEW_NAME, headers=policy)
    visit.evaluate("() => { new Image().src = 'https://cdn.segment.com/logo.png' }")
    until(lambda: site.asked("GET", r"/analytics\.classic\.js$"), "the old version to be asked for")
    until(lambda: site.asked("POST", "/v1/m$"), "the violation to be reported")
    # The protocol tells what the policy stopped as well; it never left.
    check_arrived(site, visit, path, strangers=["by protocol: GET cdn.segment.com/logo.png"])
