"""Names, labels and owners of children, and whose a child is."""

from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.children import names
from nameplate_operator.children.labels import is_ours, labels, metadata
from nameplate_operator.ports import ProviderError
from tests.nameplate_operator.builders import a_domain

OWNER = {"apiVersion": "nameplate.dev/v1alpha1", "kind": "CustomDomain", "name": "web", "uid": "uid-domain"}
MARKS = {"app.kubernetes.io/managed-by": "nameplate", "nameplate.dev/domain": "web"}


def test_children_are_named_after_their_domain() -> None:
    assert names.ingestion(a_domain()) == "web-ingestion"
    assert str(names.ingress(a_domain())) == "Ingress acme/web-ingestion"
    assert str(names.tls_secret(a_domain())) == "Secret acme/web-tls"


def test_the_longest_name_of_a_domain_fits_every_child() -> None:
    domain = a_domain(name="w" * 52)
    every = (names.ingestion(domain), names.ingress(domain).name, names.tls_secret(domain).name)
    assert max(len(name) for name in (*every, *labels(domain).values())) <= 63


def test_a_child_goes_with_its_domain_and_carries_the_recommended_labels() -> None:
    assert metadata(a_domain(), "web-tls") == {
        "name": "web-tls",
        "namespace": "acme",
        "labels": {
            "app.kubernetes.io/name": "nameplate-ingestion",
            "app.kubernetes.io/instance": "web",
            "app.kubernetes.io/part-of": "nameplate",
            "app.kubernetes.io/managed-by": "nameplate",
            "nameplate.dev/domain": "web",
        },
        "ownerReferences": [OWNER | {"controller": True, "blockOwnerDeletion": True}],
    }


@pytest.mark.parametrize(
    ("meta", "ours"),
    [
        pytest.param({"ownerReferences": [OWNER]}, True, id="owned"),
        pytest.param(
            {"ownerReferences": [{"kind": "X", "name": "x", "uid": "u"}, OWNER]}, True, id="owned with another"
        ),
        pytest.param({"labels": MARKS}, True, id="marked, the owner was taken off"),
        pytest.param({}, False, id="neither"),
        pytest.param({"labels": MARKS | {"nameplate.dev/domain": "shop"}}, False, id="marked for another domain"),
        pytest.param({"labels": {"nameplate.dev/domain": "web"}}, False, id="half marked"),
        pytest.param({"ownerReferences": [OWNER | {"name": "shop", "uid": "u"}]}, False, id="owned by another domain"),
        pytest.param(
            {"labels": MARKS, "ownerReferences": [OWNER | {"kind": "Deployment", "uid": "u"}]},
            False,
            id="marked, but owned by another kind",
        ),
    ],
)
def test_a_child_is_ours_by_its_owner_else_by_its_marks(meta: dict[str, Any], ours: bool) -> None:
    assert is_ours({"metadata": meta}, a_domain(), names.ingress(a_domain())) is ours


def test_what_a_domain_of_the_same_name_left_behind_is_waited_out() -> None:
    left = {"metadata": {"labels": MARKS, "ownerReferences": [OWNER | {"uid": "uid-before"}]}}
    with pytest.raises(ProviderError) as caught:
        is_ours(left, a_domain(), names.ingress(a_domain()))
    assert (caught.value.reason, caught.value.retry_after, caught.value.refused) == (Reason.WAITING, 5.0, False)
    assert caught.value.message == (
        "Waits until Kubernetes has removed the Ingress of a deleted CustomDomain of the same name."
    )
