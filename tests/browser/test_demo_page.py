"""A shop whose page shows its events and which of them are at the sink; a picture of it is kept with the run."""

from dataclasses import asdict
from pathlib import Path
from string import Template

from tests.browser.customer_site import CDN, SNIPPETS, Site
from tests.browser.flow import check_arrived
from tests.world.browser_visit import Visit

_PAGE = Template(Path(__file__).with_name("demo_page.html").read_text())
_SAID = (
    {"type": "page", "userId": None},
    {"type": "identify", "userId": "u-4711", "traits": {"name": "Zoë", "plan": "pro"}},
    {"type": "track", "event": "Product Added", "userId": "u-4711", "properties": {"sku": "sofa-3", "price": 899}},
    {
        "type": "track",
        "event": "Order Completed",
        "userId": "u-4711",
        "properties": {"order": "A-1001", "total": 899, "currency": "EUR"},
    },
)
_PNG = b"\x89PNG\r\n\x1a\n"


def test_a_shop_shows_what_it_said_and_what_arrived(site: Site, visit: Visit, tmp_path: Path) -> None:
    path = "/sofas"
    visit.open(site.serve(path, _PAGE.safe_substitute(snippet=SNIPPETS["website.html"])))
    visit.wait_for("said.size === 1")
    for number, button in enumerate(("#sign-in", "#add", "#order"), start=2):
        visit.click(button)
        visit.wait_for(f"said.size === {number}")
    check_arrived(site, visit, path, _SAID)
    for event in site.arrived(path, len(_SAID)):
        visit.evaluate("([id, at]) => showArrived(id, at)", [event["messageId"], event["receivedAt"]])
    visit.evaluate("showAsked", [asdict(sent) for sent in visit.sent])
    shown = "[...document.querySelectorAll('#log tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    rows = visit.evaluate(shown)
    assert [row[:3] for row in rows] == [
        ["page", "", "a visitor"],
        ["identify", "", "u-4711"],
        ["track", "Product Added", "u-4711"],
        ["track", "Order Completed", "u-4711"],
    ]
    assert all(row[4].startswith("✓ ") for row in rows)
    assert visit.evaluate("document.getElementById('hosts').textContent") == f"https://{CDN}"
    assert visit.evaluate("document.querySelectorAll('#asked tr').length") == len(visit.sent) >= 7
    picture = tmp_path / "shop.png"
    visit.screenshot(picture)
    assert picture.read_bytes().startswith(_PNG)
