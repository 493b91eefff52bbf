"""One site and one browser for all tests of a worker, and a visitor of its own for each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.browser.customer_site import Site, running_site
from tests.world.browser_visit import Visit

Visitors = Callable[..., Visit]


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Whatever is served, and Chromium."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def site(shared_site: Site) -> Site:
    """The worker's site, without what a test before left."""
    shared_site.forget()
    return shared_site


@pytest.fixture
def visitors(site: Site) -> Iterator[Visitors]:
    """Opens browsers of new visitors, and closes them; what they asked for last is not left to the next test."""
    with ExitStack() as stack:

        def visit(user_agent: str | None = None) -> Visit:
            visit = site.browser.visit(user_agent)
            stack.callback(visit.close)
            return visit

        yield visit
    site.elsewhere.settle()


@pytest.fixture
def visit(visitors: Visitors) -> Visit:
    """A new visitor."""
    return visitors()
