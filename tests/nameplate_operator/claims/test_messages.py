"""What a refused CustomDomain is told, and what not: another namespace's names are none of its business."""

import string
from datetime import UTC, datetime

from nameplate_operator.claims.binding import step
from nameplate_operator.claims.register import Register
from nameplate_operator.claims.writes import new_token
from tests.nameplate_operator.builders import a_claim, a_domain

SIBLING = {"namespace": "acme", "name": "shop"}
STRANGER = {"namespace": "rival-ns", "name": "rival-name"}


def refusal(**holder):
    register = Register("here", datetime(2030, 1, 2, tzinfo=UTC), None, (a_claim(host="acme.com", **holder),))
    return step(a_domain(), register).verdict


def test_within_the_namespace_the_holder_is_named():
    assert refusal(holder=SIBLING).message == (
        "acme.com, which overlaps with cdp.acme.com, is held by the CustomDomain shop of this namespace. "
        "Choose another name, or have it released."
    )


def test_to_another_namespace_neither_holder_nor_name_is_told():
    assert refusal(holder=STRANGER).message == (
        "cdp.acme.com, or a name above or below it, is held outside this namespace or reserved. "
        "Choose another name, or have it released."
    )


def test_only_a_person_can_bring_a_refused_name_forward():
    assert refusal(holder=STRANGER).stalled


def test_another_cluster_is_named_with_the_setting_that_takes_over():
    register = Register("here", datetime(2030, 1, 2, tzinfo=UTC), a_claim(clusterName="prod-eu"))
    assert step(a_domain(), register).verdict.message == (
        "DomainClaim cdp.acme.com was written by the cluster prod-eu. Platform team: if this cluster is to take over, "
        "set clusterName to prod-eu in the operator's settings."
    )


def test_tokens_are_long_plain_and_never_twice_the_same():
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {26}
    assert set("".join(tokens)) == set(string.ascii_lowercase + string.digits)
