"""What kubectl shows: columns, short names, the category, field selectors, explanations, and the samples."""

import json

import pytest

from tests.cluster.access import ClusterAccess
from tests.nameplate_api.conftest import REPOSITORY
from tests.nameplate_api.manifests import bound_claim, custom_domain

_TIME = "2026-11-24T10:00:00Z"
_SERVING = {
    "observedGeneration": 1,
    "conditions": [
        {
            "type": "Ready",
            "status": "False",
            "reason": "DelegationMissing",
            "message": "Add the NS records.",
            "lastTransitionTime": _TIME,
            "observedGeneration": 1,
        }
    ],
    "certificate": {
        "issuer": "SelfSigned",
        "reference": "Secret/web-tls",
        "notAfter": "2027-02-22T10:00:00Z",
        "renewal": "2027-01-23T10:00:00Z",
    },
}


@pytest.fixture
def shown(api: ClusterAccess, namespace: str) -> ClusterAccess:
    """The control plane with two CustomDomains in the namespace, one of which has been looked at."""
    for manifest in (custom_domain("web"), custom_domain("shop", domain="data.acme.com")):
        api.kubectl("create", "-n", namespace, "-f", "-", stdin=json.dumps(manifest))
    patch = json.dumps({"status": _SERVING})
    api.kubectl("patch", "cdom/web", "-n", namespace, "--subresource=status", "--type=merge", "-p", patch)
    return api


def _rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_short_name_lists_domain_readiness_and_reason(shown: ClusterAccess, namespace: str) -> None:
    heading, shop, web = _rows(shown.kubectl("get", "cdom", "-n", namespace))

    assert heading == ["NAME", "DOMAIN", "READY", "REASON", "AGE"]
    assert shop[:2] == ["shop", "data.acme.com"]
    assert web[:4] == ["web", "cdp.acme.com", "False", "DelegationMissing"]


def test_wide_list_has_issuer_expiry_and_message(shown: ClusterAccess, namespace: str) -> None:
    heading, _, web = _rows(shown.kubectl("get", "cdom", "-n", namespace, "-o", "wide"))

    assert heading[4:] == ["AGE", "ISSUER", "EXPIRES", "MESSAGE"]
    assert " ".join(web[5:]) == "SelfSigned 2027-02-22T10:00:00Z Add the NS records."


def test_field_selector_finds_a_domain(shown: ClusterAccess, namespace: str) -> None:
    found = shown.kubectl("get", "cdom", "-n", namespace, "--field-selector", "spec.domain=data.acme.com", "-o", "name")

    assert found.split() == ["customdomain.nameplate.dev/shop"]


def test_category_lists_the_domains_and_all_does_not(shown: ClusterAccess, namespace: str) -> None:
    in_category = shown.kubectl("get", "nameplate", "-n", namespace, "-o", "name").split()

    assert "customdomain.nameplate.dev/web" in in_category
    assert "customdomain" not in shown.kubectl("get", "all", "-n", namespace, "-o", "name")


def test_claims_are_listed_with_their_holders(api: ClusterAccess, namespace: str) -> None:
    claim = f"{namespace}.acme.com"
    holder = {"namespace": namespace, "name": "web"}
    api.kubectl("create", "-f", "-", stdin=json.dumps(bound_claim(claim, holder=holder)))

    selector = f"spec.holder.namespace={namespace}"
    heading, row = _rows(api.kubectl("get", "dclaim", "--field-selector", selector))
    api.kubectl("delete", "dclaim", claim)

    assert heading == ["NAME", "NAMESPACE", "HOLDER", "STATE", "AGE"]
    assert row[:3] == [claim, namespace, "web"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("cdom.spec.domain", "The subdomain, in lower-case A-labels and without a final dot"),
        ("cdom.spec.sources.writeKeySecretRef", "Where a secret write key stands."),
        ("cdom.status.records", "Every record that a person must add or remove."),
        ("dclaim.spec.token", "Present once the claim is bound"),
    ],
)
def test_fields_are_explained(api: ClusterAccess, path: str, words: str) -> None:
    explanation = api.kubectl("explain", path)

    assert words in " ".join(explanation.split())


@pytest.mark.parametrize(
    "sample", sorted((REPOSITORY / "manifests/samples").glob("*.yaml")), ids=lambda path: path.name
)
def test_sample_is_accepted(api: ClusterAccess, namespace: str, sample: object) -> None:
    arguments = ("--dry-run=server", "--validate=strict", "-o", "name", "-f", str(sample))

    assert api.kubectl("apply", "-n", namespace, *arguments)
