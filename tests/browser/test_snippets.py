"""What the operator hands out for pages, as it stands: each text works, and asks nobody else."""

import pytest

from tests.browser.customer_site import API, CDN, NEW_NAME, SNIPPETS, Site
from tests.browser.flow import check_arrived, new_path, visit_and_call
from tests.browser.pages import html, script
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit
from tests.world.http_faults import HttpFault
from tests.world.page_packages import bundled

_FROM_ADDRESS = "?ajs_aid=from-the-address"
"""Takes a chunk of the library, which must be found as well."""


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("website.html", "analytics"),
        ("website.standard.html", "analytics"),
        ("renamed.html", NEW_NAME),
        ("renamed.standard.html", NEW_NAME),
    ],
)
def test_a_script_tag_works_as_it_stands(site: Site, visit: Visit, file: str, name: str) -> None:
    path = visit_and_call(site, visit, SNIPPETS[file], name=name, query=_FROM_ADDRESS)
    check_arrived(site, visit, path)
    assert [each["anonymousId"] for each in site.posted_events(path)] == ["from-the-address"] * 8
    assert {sent.host for sent in visit.sent if sent.kind == "script"} == {CDN}


@pytest.mark.parametrize(("file", "name"), [("website.mjs", "analytics"), ("renamed.mjs", NEW_NAME)])
def test_the_npm_package_works_with_its_options_as_they_stand(site: Site, visit: Visit, file: str, name: str) -> None:
    code = bundled(f"{SNIPPETS[file]}\nanalytics.page(); window[{name!r}] = analytics;")
    path = visit_and_call(site, visit, script(site.serve_script(code)), name=name, query=_FROM_ADDRESS)
    check_arrived(site, visit, path)
    assert {each["context"]["library"]["version"] for each in site.posted_events(path)} == {"npm:next-1.84.3"}


def test_the_npm_package_reports_on_itself_at_home(site: Site, visit: Visit) -> None:
    site.change_settings({"metrics": {"sampleRate": 1, "flushTimer": 100}}, {})
    code = bundled(f"{SNIPPETS['website.mjs']}\nanalytics.page(); window.analytics = analytics;")
    path = visit_and_call(site, visit, script(site.serve_script(code)))
    until(lambda: site.asked("POST", "/v1/m$"), "metrics to be reported")
    check_arrived(site, visit, path)


def test_the_npm_package_asks_nobody_else_for_settings_that_cannot_be_had(site: Site, visit: Visit) -> None:
    site.front.inject(HttpFault(status=404, headers={"Access-Control-Allow-Origin": "*"}), path="/settings$")
    code = bundled(f"{SNIPPETS['website.mjs']}\nanalytics.catch(error => {{ window.failed = String(error) }});")
    visit.open(site.serve(new_path(), html(head=script(site.serve_script(code)))))
    visit.wait_for("window.failed")
    visit.wait_settled()
    assert site.asked("GET", "/settings$")
    assert site.strangers(visit) == []


def test_a_pixel_works_as_it_stands(site: Site, visit: Visit) -> None:
    user = new_path().strip("/")
    image = SNIPPETS["mail.txt"].strip().replace("USER_ID", user).replace("&", "&amp;")
    visit.open(site.serve(new_path(), html(body=f'<img src="{image}" alt="">')))
    event = site.arrived_of_user(user)
    assert [(each["type"], each["event"]) for each in event] == [("track", "Email Opened")]
    assert {sent.host for sent in visit.sent if sent.kind == "image"} >= {API}
    assert site.strangers(visit) == []
