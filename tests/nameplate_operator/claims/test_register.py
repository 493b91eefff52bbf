"""What a look at the claims sees: the own claim, and beside it whatever stood there when it did."""

from datetime import UTC, datetime
from typing import Any

import pytest

from nameplate_operator.claims.register import look
from nameplate_operator.kinds import DOMAIN_CLAIM
from nameplate_operator.ports import Kind, Manifest
from tests.nameplate_operator.builders import a_domain, claim_manifest, domain_manifest
from tests.nameplate_operator.memory_cluster import MemoryCluster

NOW = datetime(2030, 1, 2, tzinfo=UTC)
OWN, ABOVE = "x.cdp.acme.com", "cdp.acme.com"


def unbound(host: str, holder: str, **labels: str) -> dict[str, Any]:
    claim = claim_manifest(host, labels or None, holder={"namespace": "acme", "name": holder})
    del claim["spec"]["token"]
    return claim


class ClaimedMeanwhile(MemoryCluster):
    """Has both names claimed by others between the first list of claims and whatever comes after."""

    lists = 0

    async def list(self, kind: Kind, **options: Any) -> list[Manifest]:
        found = await super().list(kind, **options)
        if kind == DOMAIN_CLAIM and not self.lists:
            self.put(unbound(OWN, "web"))
            self.put(unbound(ABOVE, "other"))
        self.lists += kind == DOMAIN_CLAIM
        return found


async def test_a_claim_that_came_after_the_list_is_seen_with_those_that_came_beside_it() -> None:
    cluster = ClaimedMeanwhile()
    for name, host in (("web", OWN), ("other", ABOVE)):
        cluster.put(domain_manifest(name=name, domain=host))
    register = await look(cluster, a_domain(domain=OWN), "here", NOW)
    assert register.own is not None
    assert [claim.ref.name for claim in register.others] == [ABOVE]


@pytest.mark.parametrize("labels", [{}, {"nameplate.dev/registrable": "other.com"}])
async def test_a_claim_without_its_label_is_found_all_the_same(labels: dict[str, str]) -> None:
    cluster = MemoryCluster()
    cluster.put(unbound(OWN, "web") | {"metadata": {"name": OWN, "labels": labels}})
    cluster.put(claim_manifest(ABOVE))
    register = await look(cluster, a_domain(domain=OWN), "here", NOW)
    assert register.own is not None
    assert [claim.ref.name for claim in register.others] == [ABOVE]


async def test_claims_of_other_names_are_passed_over() -> None:
    cluster = MemoryCluster()
    cluster.put(claim_manifest("other.acme.com"))
    register = await look(cluster, a_domain(domain=OWN), "here", NOW)
    assert (register.own, register.others) == (None, ())
