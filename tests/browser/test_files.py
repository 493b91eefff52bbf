"""The files as a browser takes them: in every coding, again after they are known, and of libraries from before."""

import pytest

from tests.browser import original
from tests.browser.customer_site import CDN, KEY, SNIPPETS, WWW, Site
from tests.browser.flow import check_arrived, visit_and_call
from tests.browser.pages import loading
from tests.world.browser_visit import Visit
from tests.world.library import ensure_packages
from tests.world.recorder import Page

_FROM_ADDRESS = "?ajs_aid=from-the-address"
"""Takes a chunk of the library."""


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_a_browser_reads_the_file_and_its_parts_in(site: Site, visit: Visit, coding: str) -> None:
    visit.accept_coding(coding)
    path = visit_and_call(site, visit, SNIPPETS["website.html"], query=_FROM_ADDRESS)
    check_arrived(site, visit, path)
    scripts = site.asked("GET", r"\.js$")
    assert [each.status for each in scripts] == [200, 200]
    assert [visit.codings[each.path] for each in scripts] == [coding] * 2


def test_a_second_page_takes_nothing_that_the_browser_has(site: Site, visit: Visit) -> None:
    first = visit_and_call(site, visit, SNIPPETS["website.html"], query=_FROM_ADDRESS)
    asked = len(site.asked("GET", ""))
    second = visit_and_call(site, visit, SNIPPETS["website.html"], query=_FROM_ADDRESS)
    check_arrived(site, visit, first)
    check_arrived(site, visit, second)
    assert len(site.asked("GET", "")) == asked


@pytest.mark.parametrize("version", ["1.83.0", "1.84.0"])
def test_a_library_from_before_an_upgrade_finds_its_parts(site: Site, visit: Visit, version: str) -> None:
    package = ensure_packages() / f"analytics-next-{version}" / "dist" / "umd"
    part = next(package.glob("queryString.bundle.*.js")).name
    site.pages.pages[f"{WWW}/kept.js"] = Page((package / "standalone.js").read_bytes(), original.SCRIPT)
    head = loading(f"https://{WWW}/kept.js", KEY, cdn=f"https://{CDN}")
    path = visit_and_call(site, visit, head, query=_FROM_ADDRESS)
    check_arrived(site, visit, path)
    assert [(each.path, each.status) for each in site.asked("GET", "/bundles/")] == [
        (f"/analytics-next/bundles/{part}", 200)
    ]
    versions = {each["context"]["library"]["version"] for each in site.posted_events(path)}
    assert versions == {f"next-{version}"}
