"""Intake with an upstream: answers that come later are counted like others, and a fault of ours is an answer too."""

from collections.abc import Callable

from nameplate_api.sources import Durability, SourceType
from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.intake import Intake
from nameplate_ingestion.library.upstream.terms import Copy, Found, Missing, Wanted
from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.tenant import Source, Tenant

DOMAIN = "cdp.acme.com"
SCRIPT = Copy.of(b"a", "text/javascript", gzip=False, validator="")


class Upstream:
    """Keeps who wants to know."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[Found | Missing], None]] = []

    def ask(self, _: Wanted, done: Callable[[Found | Missing], None]) -> None:
        self.waiting.append(done)


def an_intake(upstream: Upstream | None) -> tuple[Intake, Numbers, list[Reply]]:
    """Return an intake that was asked for a file."""
    numbers = Numbers()
    intake = Intake(numbers)
    source = Source("website", SourceType.ANALYTICS_JS, Durability.DISK)
    tenant = Tenant(DOMAIN, "uid", "r1", (DOMAIN,), {b"k3y": source}, upstream="https://cdn.example")
    intake.tenants, intake.complete = {DOMAIN.encode(): tenant}, True
    intake.upstream = upstream  # type: ignore[assignment]
    replies: list[Reply] = []
    intake.handle(Call(b"GET", b"/next-integrations/a.js", DOMAIN.encode(), {}, b"", "192.0.2.1"), replies.append)
    return intake, numbers, replies


def test_an_answer_leaves_when_the_upstream_has_told():
    upstream = Upstream()
    _, numbers, replies = an_intake(upstream)
    assert not replies
    assert not numbers.of("requests")
    upstream.waiting[0](Found(SCRIPT, 60.0))
    assert [reply.status for reply in replies] == [200]
    assert numbers.of("requests") == {(DOMAIN, "IntegrationFile"): 1}
    assert numbers.of("request_seconds")["sum",] > 0


def test_a_file_is_away_where_nobody_asks_an_upstream():
    _, numbers, replies = an_intake(None)
    assert [reply.status for reply in replies] == [503]
    assert numbers.of("requests") == {(DOMAIN, "UpstreamAway"): 1}


def test_a_fault_of_ours_is_an_answer_too():
    upstream = Upstream()
    _, numbers, replies = an_intake(upstream)
    upstream.waiting[0](Found(SCRIPT, float("nan")))
    assert [reply.status for reply in replies] == [500]
    assert numbers.of("requests") == {(DOMAIN, "InternalError"): 1}
