"""CustomDomains and DomainClaims as the programs read and write them."""

from typing import Any

import pytest
from pydantic import ValidationError

from nameplate_api.custom_domain import (
    CustomDomain,
    CustomDomainSpec,
    CustomDomainStatus,
    DeletionPolicy,
    Quantity,
    ResourceAmounts,
    SourceType,
)
from nameplate_api.domain_claim import DomainClaim
from tests.nameplate_api.accepted_manifests import ACCEPTED
from tests.nameplate_api.manifests import Case, bound_claim, custom_domain

_TIME = "2026-11-24T10:00:00Z"
STATUS: dict[str, Any] = {
    "observedGeneration": 3,
    "conditions": [
        {
            "type": "Ready",
            "status": "True",
            "reason": "Serving",
            "message": "",
            "lastTransitionTime": _TIME,
            "observedGeneration": 3,
        }
    ],
    "nameservers": ["a1b2.ns1.nameplate.test", "a1b2.ns2.nameplate.test"],
    "records": [
        {
            "purpose": "Delegation",
            "action": "Add",
            "name": "cdp.acme.com",
            "relativeName": "cdp",
            "type": "NS",
            "values": ["a1b2.ns1.nameplate.test."],
            "ttl": 3600,
            "state": "Present",
            "found": ["a1b2.ns1.nameplate.test."],
        }
    ],
    "endpoints": {"trackingAPI": "https://api.cdp.acme.com", "cdn": "https://cdn.cdp.acme.com"},
    "snippets": {"configMap": "web-snippets"},
    "contentSecurityPolicy": {
        "scriptSrc": ["https://cdn.cdp.acme.com"],
        "connectSrc": ["https://cdn.cdp.acme.com", "https://api.cdp.acme.com"],
        "imgSrc": ["https://api.cdp.acme.com"],
    },
    "certificate": {
        "issuer": "SelfSigned",
        "reference": "Secret/web-tls",
        "notAfter": "2027-02-22T10:00:00Z",
        "renewal": "2027-01-23T10:00:00Z",
    },
    "nextCheckTime": "2026-11-24T11:00:00Z",
}


def test_status_survives_reading_and_writing() -> None:
    status = CustomDomainStatus.model_validate(STATUS)

    assert status.model_dump(mode="json", by_alias=True, exclude_none=True) == STATUS


def test_endpoint_of_the_tracking_api_keeps_its_capitals() -> None:
    status = CustomDomainStatus.model_validate(STATUS)

    assert status.endpoints
    assert status.endpoints.tracking_api == "https://api.cdp.acme.com"


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.title)
def test_whatever_the_api_server_accepts_can_be_read(case: Case) -> None:
    model = CustomDomain if case.manifest["kind"] == "CustomDomain" else DomainClaim

    read = model.model_validate(case.manifest)

    assert read.status.observed_generation == -1


def test_spec_is_read_with_its_defaults() -> None:
    spec = CustomDomainSpec.model_validate(custom_domain()["spec"])

    assert spec.sources[0].type is SourceType.ANALYTICS_JS
    assert spec.delegation.mode == "Nameservers"
    assert spec.deletion_policy is DeletionPolicy.DELETE
    assert not spec.suspend
    assert spec.ingestion.replicas is None
    assert spec.certificate.self_signed is None


def test_fields_of_a_newer_version_are_read_over() -> None:
    spec = CustomDomainSpec.model_validate(custom_domain(somethingNew={"a": 1})["spec"])

    assert spec == CustomDomainSpec.model_validate(custom_domain()["spec"])


def test_spec_that_slipped_through_names_its_field() -> None:
    with pytest.raises(ValidationError) as refused:
        CustomDomainSpec.model_validate(custom_domain(domain="CDP.acme.com")["spec"])

    assert refused.value.errors()[0]["loc"] == ("domain",)


@pytest.mark.parametrize(("given", "read"), [(2, "2"), ("0.5", "0.5"), ("128Mi", "128Mi")])
def test_quantity_may_be_written_as_a_number(given: str | int, read: Quantity) -> None:
    assert ResourceAmounts.model_validate({"cpu": given}).cpu == read


@pytest.mark.parametrize("given", [-1, True, 1.5, "1 core", "0x10", ""])
def test_other_quantities_are_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        ResourceAmounts.model_validate({"cpu": given})


def test_claim_survives_reading_and_writing() -> None:
    written = bound_claim(releaseTime=_TIME, sources=["website"], deletionPolicy="Delete")["spec"]

    claim = DomainClaim.model_validate({"spec": written})

    shown = claim.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert shown == written | {"zone": written["zone"] | {"nameservers": [], "delegated": False}, "aliases": []}
