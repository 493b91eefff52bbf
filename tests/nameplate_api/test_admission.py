"""What the API server accepts and refuses, with the committed definitions: one real request per manifest."""

from collections.abc import Iterator

import httpx
import pytest

from tests.cluster.access import ClusterAccess
from tests.nameplate_api.accepted_manifests import ACCEPTED
from tests.nameplate_api.manifests import Case, Manifest
from tests.nameplate_api.refused_manifests import REFUSED

_PATHS = {
    "CustomDomain": "/apis/nameplate.dev/v1alpha1/namespaces/default/customdomains",
    "DomainClaim": "/apis/nameplate.dev/v1alpha1/domainclaims",
}


@pytest.fixture(scope="module")
def client(api: ClusterAccess) -> Iterator[httpx.Client]:
    with api.client() as client:
        yield client


def _create(client: httpx.Client, manifest: Manifest) -> httpx.Response:
    strictly = {"dryRun": "All", "fieldValidation": "Strict"}
    return client.post(_PATHS[manifest["kind"]], json=manifest, params=strictly)


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.title)
def test_manifest_is_accepted(client: httpx.Client, case: Case) -> None:
    answer = _create(client, case.manifest)

    assert answer.status_code == 201, answer.json().get("message")


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.title)
def test_manifest_is_refused(client: httpx.Client, case: Case) -> None:
    answer = _create(client, case.manifest)

    assert answer.status_code in (400, 422), answer.text
    assert case.refusal in answer.json()["message"]


def test_every_case_has_a_title_of_its_own() -> None:
    titles = [case.title for case in (*ACCEPTED, *REFUSED)]

    assert len(titles) == len(set(titles))
    assert all(case.refusal for case in REFUSED)
