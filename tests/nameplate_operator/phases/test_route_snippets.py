"""What people are told to put into pages and programs, once the hosts are published."""

from typing import Any

import pytest

from nameplate_api.conditions import Condition, Reason
from nameplate_operator.changes import ApplyChild
from nameplate_operator.children.drift import sealed
from nameplate_operator.children.snippets_map import snippets_map
from nameplate_operator.phase import Findings, Was
from nameplate_operator.phases.route import Route, Routing
from nameplate_operator.phases.zone import Hosting, ZoneHosting
from nameplate_operator.ports import ProviderError
from tests.nameplate_operator.builders import WEBSITE, a_claim, a_condition, a_domain, memory_ports, settings
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH
from tests.nameplate_operator.phases.test_route import AT_ONE, BARE, ENDPOINTS, LIVE, ONE, TRUE

OWNER = {"apiVersion": "nameplate.dev/v1alpha1", "kind": "CustomDomain", "name": "web", "uid": "uid-domain"}
UNKNOWN = Condition.model_validate(a_condition("Routed", "Unknown", "Waiting"))
WANTED = sealed(snippets_map(a_domain()))
STANDING = WANTED | {"metadata": WANTED["metadata"] | {"uid": "uid-snippets"}}
MEND = ApplyChild(manifest=STANDING, from_spec=True)
ONLY_ENDPOINTS = {"endpoints": ENDPOINTS["endpoints"]}
PIXEL = {"name": "mail", "type": "Pixel", "writeKey": "k3y-mail"}
CDN, API = "https://cdn.cdp.acme.com", "https://api.cdp.acme.com"


def decide(snippets: Any, *, foreign: bool = False, **spec: Any) -> Any:
    seen = Routing(LIVE, (ONE,), (), AT_ONE, snippets=snippets, foreign_snippets=foreign)
    return Route(memory_ports(), settings()).decide(a_domain(**spec), seen, Was(EPOCH, TRUE))


def test_the_config_map_is_marked_as_a_child_and_holds_every_snippet() -> None:
    built = snippets_map(a_domain())
    assert built["metadata"]["name"] == "web-snippets"
    assert built["metadata"]["ownerReferences"][0]["uid"] == "uid-domain"
    assert built["metadata"]["labels"]["nameplate.dev/domain"] == "web"
    assert set(built["data"]) == {"website.html", "website.standard.html", "website.mjs"}


@pytest.mark.parametrize(
    ("snippets", "changes", "report"),
    [
        pytest.param(None, (ApplyChild(manifest=WANTED, first=True, from_spec=True),), ONLY_ENDPOINTS, id="missing"),
        pytest.param(STANDING, (), ENDPOINTS, id="as it must be"),
        pytest.param(STANDING | {"data": {**WANTED["data"], "website.html": "x"}}, (MEND,), ENDPOINTS, id="edited"),
        pytest.param(STANDING | {"data": {}}, (MEND,), ENDPOINTS, id="emptied"),
        pytest.param(STANDING | {"data": WANTED["data"] | {"note": "x"}}, (), ENDPOINTS, id="another file beside"),
    ],
)
def test_the_config_map_is_kept_as_it_must_be(snippets: Any, changes: Any, report: Any) -> None:
    decision = decide(snippets)
    assert (decision.changes, decision.report) == (changes, report)


def test_a_strangers_config_map_is_left_alone_and_told_of_beside_the_verdict() -> None:
    decision = decide({"metadata": {}}, foreign=True)
    assert (decision.changes, decision.report) == ((), ONLY_ENDPOINTS)
    assert (decision.verdict.truth.value, decision.verdict.aside) == (
        "True",
        "ConfigMap acme/web-snippets exists and does not belong to this CustomDomain. Delete or rename one of the two.",
    )


def test_nothing_is_told_before_the_hosts_are_published() -> None:
    seen = Routing(LIVE, (ONE,), (), BARE)
    asked = a_domain(contentSecurityPolicy={"enabled": True})
    decision = Route(memory_ports(), settings()).decide(asked, seen, Was(EPOCH, UNKNOWN))
    assert decision.report == {}
    assert [type(change).__name__ for change in decision.changes] == ["WriteRecords"]


@pytest.mark.parametrize(
    ("spec", "policy"),
    [
        pytest.param({}, None, id="not asked for"),
        pytest.param({"contentSecurityPolicy": {"enabled": False}}, None, id="switched off"),
        pytest.param(
            {"contentSecurityPolicy": {"enabled": True}}, {"scriptSrc": [CDN], "connectSrc": [CDN, API]}, id="a page"
        ),
        pytest.param(
            {"contentSecurityPolicy": {"enabled": True}, "sources": [WEBSITE, PIXEL]},
            {"scriptSrc": [CDN], "connectSrc": [CDN, API], "imgSrc": [API]},
            id="a page and a pixel",
        ),
    ],
)
def test_a_page_is_told_what_its_policy_must_allow(spec: Any, policy: Any) -> None:
    assert decide(STANDING, **spec).report.get("contentSecurityPolicy") == policy


async def look(owner: dict[str, Any] | None) -> Routing:
    ports = memory_ports()
    assert isinstance(ports.cluster, MemoryCluster)
    metadata = {"name": "web-snippets", "namespace": "acme"} | ({"ownerReferences": [owner]} if owner else {})
    ports.cluster.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {}})
    findings = Findings()
    findings.add(ZoneHosting, Hosting(a_claim(), AT_ONE, AT_ONE.nameservers))
    seen = await Route(ports, settings()).observe(a_domain(), findings, EPOCH)
    assert seen is not None
    return seen


async def test_the_config_map_is_ours_by_its_owner() -> None:
    assert not (await look(OWNER)).foreign_snippets
    assert (await look(None)).foreign_snippets
    assert (await look(OWNER | {"kind": "App", "uid": "u"})).foreign_snippets


async def test_that_of_a_deleted_domain_of_the_same_name_is_waited_out() -> None:
    with pytest.raises(ProviderError) as caught:
        await look(OWNER | {"uid": "uid-before"})
    assert caught.value.reason is Reason.WAITING


def test_a_look_that_fails_takes_none_of_it_back() -> None:
    assert set(Route.reports) == {"endpoints", "snippets", "contentSecurityPolicy"}
