"""A visitor of the customer's site: their page on a server of its own, and a Chromium that finds it by its name."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tests.demo.collect import certificate
from tests.demo.lookup import from_hints
from tests.demo.scene import REPOSITORY, Scene
from tests.world.browser_visit import Visit
from tests.world.chromium import Chromium
from tests.world.recorder import Page, Recorder
from tests.world.tls_server import Authority

_PAGE = REPOSITORY / "tests/browser/demo_page.html"
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Browsing:
    """A visit of the customer's page, and whoever answers for all names that it must not ask."""

    visit: Visit
    elsewhere: Recorder
    url: str


def www(scene: Scene) -> str:
    """Return the name of the customer's site."""
    return f"www.{scene.host.partition('.')[2]}"


@contextmanager
def browsing(scene: Scene, snippet: str) -> Iterator[Browsing]:
    """Serve the page with the snippet in it, and open a browser for a new visitor of it; end both."""
    folder = scene.directory / "site"
    folder.mkdir()
    authority = Authority(folder)
    with ExitStack() as stack:
        site, elsewhere = (stack.enter_context(Recorder(authority)) for _ in range(2))
        site.pages[f"{www(scene)}/"] = Page(_with(snippet, _PAGE))
        scene.provider.add_records("www", "A", _LOOPBACK)
        places = _found(scene, site.port)
        # The domain's servers show no more than their own certificate, which an earlier step has verified.
        trusted = (authority.pem, certificate(scene, "tls.crt"))
        browser = stack.enter_context(Chromium(places, elsewhere.port, *trusted))
        visit = browser.visit()
        stack.callback(visit.close)
        scene.logs["browser"] = scene.directory / "browser.log"
        stack.callback(lambda: _keep(scene.logs["browser"], visit))
        yield Browsing(visit, elsewhere, f"https://{www(scene)}/")


def _found(scene: Scene, site_port: int) -> dict[str, str]:
    """Look the names up, and return where each leads; the ports are those of this machine instead of 443."""
    resolver = from_hints(scene.dns.root_hints.read_text(), scene.dns.port)
    ports = {www(scene): site_port} | {f"{label}{scene.host}": scene.edge.port for label in ("", "api.", "cdn.")}
    lines: list[str] = []
    places = {name: f"{resolver.addresses(name, lines.append)[0]}:{port}" for name, port in ports.items()}
    scene.page.say(
        "Chromium finds these names where they are in DNS, asked from the root, and by every other name a server that "
        "answers 200 to all and notes it:"
    )
    scene.page.facts(list(places.items()))
    return places


def _keep(log: Path, visit: Visit) -> None:
    log.write_text("".join(f"{line}\n" for line in [*map(str, visit.sent), *visit.console]))


def _with(snippet: str, page: Path) -> bytes:
    return Template(page.read_text()).safe_substitute(snippet=snippet).encode()
