"""What the API server fills in at creation, and which later changes it lets through."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.cluster.access import ClusterAccess
from tests.nameplate_api.manifests import Manifest, bound_claim, custom_domain, domain_claim, with_source

_TIME = "2026-11-24T10:00:00Z"
_TOKEN = "0123456789abcdef"
_OTHER_TOKEN = "fedcba9876543210"
_OTHER_NAMESPACE = {"namespace": "other", "name": "web"}


@pytest.fixture
def client(api: ClusterAccess) -> Iterator[httpx.Client]:
    with api.client() as client:
        yield client


@pytest.fixture
def domains(namespace: str) -> str:
    return f"/apis/nameplate.dev/v1alpha1/namespaces/{namespace}/customdomains"


@pytest.fixture
def claims(client: httpx.Client, namespace: str) -> Iterator[str]:
    """The path of all claims; the one below it named after this test's namespace is removed afterwards."""
    path = "/apis/nameplate.dev/v1alpha1/domainclaims"
    yield path
    client.delete(f"{path}/{namespace}.acme.com")


def _create(client: httpx.Client, path: str, manifest: Manifest) -> Manifest:
    answer = client.post(path, json=manifest)
    answer.raise_for_status()
    created: Manifest = answer.json()
    return created


def _patch(client: httpx.Client, path: str, changes: dict[str, Any]) -> httpx.Response:
    return client.patch(path, json=changes, headers={"Content-Type": "application/merge-patch+json"})


def test_unseen_domain_has_a_generation_that_nobody_has_observed(client: httpx.Client, domains: str) -> None:
    created = _create(client, domains, custom_domain())

    assert created["status"] == {"observedGeneration": -1}


def test_status_in_a_manifest_is_not_believed(client: httpx.Client, domains: str) -> None:
    created = _create(client, domains, custom_domain() | {"status": {"observedGeneration": 1}})

    assert created["status"] == {"observedGeneration": -1}


def test_defaults_are_filled_in_and_nothing_else(client: httpx.Client, domains: str) -> None:
    written = custom_domain()

    created = _create(client, domains, written)

    defaults = {"delegation": {"mode": "Nameservers"}, "deletionPolicy": "Delete", "suspend": False}
    sources = [{**written["spec"]["sources"][0], "durability": "Disk"}]
    assert created["spec"] == written["spec"] | defaults | {"sources": sources}


def test_mode_is_filled_into_an_empty_delegation(client: httpx.Client, domains: str) -> None:
    created = _create(client, domains, custom_domain(delegation={}))

    assert created["spec"]["delegation"] == {"mode": "Nameservers"}


def test_reservation_keeps_what_it_says(client: httpx.Client, claims: str, namespace: str) -> None:
    created = _create(client, claims, domain_claim(f"{namespace}.acme.com", holder={"namespace": namespace}))

    assert created["spec"] == {"holder": {"namespace": namespace}, "deletionPolicy": "Delete"}
    assert created["status"] == {"observedGeneration": -1}


def test_domain_cannot_be_changed(client: httpx.Client, domains: str) -> None:
    _create(client, domains, custom_domain())

    answer = _patch(client, f"{domains}/web", {"spec": {"domain": "data.acme.com"}})

    assert answer.status_code == 422
    assert "create another CustomDomain for the new name: domain cannot be changed" in answer.json()["message"]


def test_everything_else_of_a_domain_can_be_changed(client: httpx.Client, domains: str) -> None:
    _create(client, domains, custom_domain())
    edits = with_source(type="AnalyticsJS", alias="m5/app", globalName="acme")["spec"] | {
        "contentSecurityPolicy": {"enabled": True},
        "certificate": {"selfSigned": {}},
        "ingestion": {"replicas": 3},
        "deletionPolicy": "Retain",
        "suspend": True,
    }

    answer = _patch(client, f"{domains}/web", {"spec": edits})

    assert answer.status_code == 200, answer.text
    assert answer.json()["metadata"]["generation"] == 2


def test_status_is_written_apart_and_moves_no_generation(client: httpx.Client, domains: str) -> None:
    _create(client, domains, custom_domain())

    answer = _patch(
        client, f"{domains}/web/status", {"status": {"observedGeneration": 1, "nameservers": ["ns1.x.test"]}}
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == {"observedGeneration": 1, "nameservers": ["ns1.x.test"]}
    assert answer.json()["metadata"]["generation"] == 1


def test_status_takes_no_two_conditions_of_one_type(client: httpx.Client, domains: str) -> None:
    _create(client, domains, custom_domain())
    ready = {
        "type": "Ready",
        "status": "False",
        "reason": "Waiting",
        "message": "",
        "lastTransitionTime": _TIME,
        "observedGeneration": 1,
    }

    answer = _patch(client, f"{domains}/web/status", {"status": {"conditions": [ready, ready]}})

    assert answer.status_code == 422
    assert 'status.conditions[1]: Duplicate value: {"type":"Ready"}' in answer.json()["message"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"releaseTime": _TIME}, id="release"),
        pytest.param({"clusterName": "prod-us"}, id="another cluster takes over"),
        pytest.param({"holder": {"name": "other"}}, id="another holder in the same namespace"),
        pytest.param(
            {"zone": {"id": "cdp.acme.com.", "nameservers": ["ns1.x.test"], "delegated": True}}, id="zone made"
        ),
        pytest.param({"zone": {"id": None}}, id="zone lost"),
        pytest.param({"deletionPolicy": "Retain", "sources": ["website"]}, id="copied from the spec"),
        pytest.param({"aliases": [{"path": "m5/app", "source": "website", "leftTime": _TIME}]}, id="alias left"),
    ],
)
def test_bound_claim_can_be_changed(client: httpx.Client, claims: str, namespace: str, changes: Manifest) -> None:
    claim = f"{namespace}.acme.com"
    _create(client, claims, bound_claim(claim))

    answer = _patch(client, f"{claims}/{claim}", {"spec": changes})

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"token": _OTHER_TOKEN}, "leave token as it is", id="another token"),
        pytest.param({"token": None, "zone": None}, "token goes once the name is released", id="token taken off"),
        pytest.param({"holder": _OTHER_NAMESPACE}, "a bound name stays with its namespace", id="another namespace"),
        pytest.param({"holder": None}, "keep holder while the claim has a token", id="holder taken off"),
    ],
)
def test_bound_claim_stays_bound(
    client: httpx.Client, claims: str, namespace: str, changes: Manifest, refusal: str
) -> None:
    claim = f"{namespace}.acme.com"
    _create(client, claims, bound_claim(claim))

    answer = _patch(client, f"{claims}/{claim}", {"spec": changes})

    assert answer.status_code == 422
    assert refusal in answer.json()["message"]


def test_released_reservation_loses_its_token(client: httpx.Client, claims: str, namespace: str) -> None:
    claim = f"{namespace}.acme.com"
    _create(client, claims, bound_claim(claim, releaseTime=_TIME))
    let_go = {"holder": {"name": None}, "token": None, "zone": None, "releaseTime": None, "clusterName": None}

    answer = _patch(client, f"{claims}/{claim}", {"spec": let_go})

    assert answer.status_code == 200, answer.text
    assert answer.json()["spec"] == {"holder": {"namespace": "acme"}, "deletionPolicy": "Delete"}


def test_unbound_claim_is_bound_with_a_token(client: httpx.Client, claims: str, namespace: str) -> None:
    claim = f"{namespace}.acme.com"
    _create(client, claims, domain_claim(claim, holder={"namespace": "acme", "name": "web"}))

    answer = _patch(client, f"{claims}/{claim}", {"spec": {"token": _TOKEN}})

    assert answer.status_code == 200, answer.text


def test_released_claim_goes_back_to_its_namespace(client: httpx.Client, claims: str, namespace: str) -> None:
    claim = f"{namespace}.acme.com"
    _create(client, claims, bound_claim(claim, releaseTime=_TIME))

    answer = _patch(client, f"{claims}/{claim}", {"spec": {"releaseTime": None, "holder": {"name": "again"}}})

    assert answer.status_code == 200, answer.text
    assert answer.json()["spec"]["token"] == _TOKEN
