"""What a clean result is worth: the recorder and the browser's own protocol see a page that asks other hosts."""

import pytest

from tests.browser import original
from tests.browser.customer_site import KEY, ORIGINAL, Site
from tests.browser.pages import html, loading
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit
from tests.world.recorder import Page, Recorder

_WORKER = "fetch('https://worker.example/')"
_NESTED = "new Worker('/worker.js')"
_SERVICE_WORKER = "oninstall = event => event.waitUntil(fetch('https://service-worker.example/'))"
_SHARED = "fetch('https://shared-worker.example/')"
_EVERYTHING = """
fetch('https://script.example/', {method: 'POST', headers: {authorization: 'x'}})
fetch('https://203.0.113.7/')
fetch('https://port.example:8443/')
navigator.sendBeacon('https://beacon.example/')
new Image().src = 'https://image.example/'
new WebSocket('wss://socket.example/')
document.body.append(Object.assign(document.createElement('iframe'), {src: 'https://frame.example/'}))
new Worker('/nested.js')
navigator.serviceWorker.register('/service.js')
"""
_ASKED = {
    f"{name}.example" for name in ("script", "port", "beacon", "image", "socket", "frame", "worker", "service-worker")
} | {"203.0.113.7"}


def _hosts(recorder: Recorder) -> set[str]:
    return {asked.host for asked in recorder.asked}


def test_all_that_a_page_and_its_workers_ask_of_other_hosts_is_seen_twice(site: Site, visit: Visit) -> None:
    for path, script in {"/worker.js": _WORKER, "/nested.js": _NESTED, "/service.js": _SERVICE_WORKER}.items():
        site.pages.pages[f"www.acme.com{path}"] = Page(script.encode(), original.SCRIPT)
    visit.open(site.serve("/everything", html(_EVERYTHING)))
    until(lambda: _hosts(site.elsewhere) >= _ASKED, "the recorder to see all of them")
    until(lambda: {sent.host for sent in visit.sent} >= _ASKED, "the protocol to tell all of them")
    assert any(found.startswith("connection: worker.example") for found in site.strangers(visit))


def test_what_the_protocol_does_not_tell_is_seen_by_who_answers(site: Site, visit: Visit) -> None:
    site.pages.pages["www.acme.com/shared.js"] = Page(_SHARED.encode(), original.SCRIPT)
    leaving = "fetch('https://leaving.example/', {method: 'POST', keepalive: true})"
    script = f"new SharedWorker('/shared.js'); addEventListener('pagehide', () => {leaving})"
    visit.open(site.serve("/silent", html(script)))
    until(lambda: "shared-worker.example" in site.elsewhere.connections, "the shared worker's request")
    visit.close_tab()
    until(lambda: "leaving.example" in site.elsewhere.connections, "the request of the page that left")


@pytest.mark.parametrize(
    ("page", "leak"),
    [
        pytest.param(
            loading(f"https://{ORIGINAL}/m5/app.min.js", KEY),
            f"GET {original.VENDOR_CDN}/v1/projects/{KEY}/settings",
            id="alias without _cdn",
        ),
        pytest.param(
            loading(f"https://{ORIGINAL}/m5/app.min.js", KEY, name="metrics", cdn=f"https://{ORIGINAL}"),
            f"GET {original.VENDOR_CDN}/analytics-next/bundles/queryString",
            id="alias with _cdn, renamed",
        ),
        pytest.param(
            loading(f"https://{ORIGINAL}/analytics.js/v1/unknown/analytics.min.js", "unknown"),
            f"POST {original.VENDOR_API}/v1/m",
            id="failed start",
        ),
        pytest.param(
            loading(f"https://{ORIGINAL}{original.standard_path(KEY)}", KEY),
            f"POST {original.VENDOR_API}/v1/p",
            id="settings without an API host",
        ),
    ],
)
def test_the_vendors_own_file_leaks_and_both_see_it(site: Site, visit: Visit, page: str, leak: str) -> None:
    site.pages.pages |= original.files(ORIGINAL, KEY, "/m5/app.min.js", original.standard_path("unknown"))
    site.elsewhere.pages |= original.files(original.VENDOR_CDN, KEY)
    visit.open(site.serve("/original", html(head=page)) + "?ajs_uid=u1")
    until(lambda: any(str(asked).startswith(leak) for asked in site.elsewhere.asked), f"{leak} at the recorder")
    until(lambda: any(str(sent).startswith(leak) for sent in visit.sent), f"{leak} by the protocol")
    assert site.strangers(visit)
