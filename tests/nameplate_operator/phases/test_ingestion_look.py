"""What IngestionService sees: the children read at once, and whose they are."""

import asyncio
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.claims.register import Register
from nameplate_operator.kinds import CONFIG_MAP, DEPLOYMENT, SERVICE, SERVICE_ACCOUNT
from nameplate_operator.phase import Findings
from nameplate_operator.phases.acceptance import Acceptance, Standing
from nameplate_operator.phases.ingestion import IngestionService, Running
from nameplate_operator.ports import Manifest, ProviderError, Ref
from nameplate_operator.subject import Claim
from tests.nameplate_operator.builders import a_claim, a_domain, memory_ports, settings
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH

OWNER = {"apiVersion": "nameplate.dev/v1alpha1", "kind": "CustomDomain", "name": "web", "uid": "uid-domain"}
OURS = {"ownerReferences": [OWNER]}
STRANGERS: dict[str, Any] = {"ownerReferences": [OWNER | {"kind": "App", "uid": "u"}]}
PREDECESSORS = {"ownerReferences": [OWNER | {"uid": "uid-before"}]}
KINDS = (SERVICE_ACCOUNT, CONFIG_MAP, DEPLOYMENT, SERVICE)


class ThrongedCluster(MemoryCluster):
    """Answers no read before as many are under way as are awaited."""

    def __init__(self, awaited: int = 1) -> None:
        super().__init__()
        self._throng = asyncio.Barrier(awaited)

    async def get(self, ref: Ref) -> Manifest | None:
        await self._throng.wait()
        return await super().get(ref)


def holding(cluster: MemoryCluster, *owners: dict[str, Any] | None) -> MemoryCluster:
    """The cluster with one child of each kind, of the given owner; None is a child that is not there."""
    for kind, meta in zip(KINDS, owners, strict=True):
        if meta is not None:
            spec: dict[str, Any] = {"spec": {"replicas": 1}}
            cluster.put(kind.type_meta | {"metadata": {"name": "web-ingestion", "namespace": "acme"} | meta} | spec)
    return cluster


async def look(cluster: MemoryCluster, claim: Claim | None = None) -> Running:
    findings = Findings()
    if claim is not None:
        findings.add(Acceptance, Standing(claim, Register("here", EPOCH)))
    seen = await IngestionService(memory_ports(cluster), settings()).observe(a_domain(), findings, EPOCH)
    assert seen is not None
    return seen


async def test_the_children_are_read_all_at_once() -> None:
    cluster = holding(ThrongedCluster(awaited=len(KINDS)), OURS, None, OURS, OURS)
    async with asyncio.timeout(30):
        seen = await look(cluster)
    there = {kind: child is not None for kind, child in seen.live.items()}
    assert there == dict(zip(KINDS, (True, False, True, True), strict=True))
    assert (seen.foreign, seen.heard) == (None, None)


@pytest.mark.parametrize(
    ("owners", "foreign"),
    [
        pytest.param((STRANGERS, OURS, OURS, OURS), KINDS[0], id="the first"),
        pytest.param((OURS, None, None, STRANGERS), KINDS[3], id="the last"),
        pytest.param((None, STRANGERS, OURS, STRANGERS), KINDS[1], id="the first of two"),
        pytest.param((STRANGERS, OURS, OURS, PREDECESSORS), KINDS[0], id="before one that is left behind"),
    ],
)
async def test_the_first_child_of_a_stranger_is_told(owners: tuple[dict[str, Any] | None, ...], foreign: Any) -> None:
    assert (await look(holding(MemoryCluster(), *owners))).foreign == Ref(foreign, "web-ingestion", "acme")


async def test_the_children_of_a_deleted_domain_of_the_same_name_are_waited_out() -> None:
    with pytest.raises(ProviderError) as caught:
        await look(holding(MemoryCluster(), OURS, PREDECESSORS, OURS, STRANGERS))
    assert (caught.value.reason, caught.value.retry_after) == (Reason.WAITING, 5.0)


async def test_the_aliases_that_the_service_is_told_of_are_those_of_the_claim() -> None:
    seen = await look(MemoryCluster(), a_claim(aliases=[{"path": "m5/app", "source": "website"}]))
    assert seen.settings is not None
    assert seen.settings.sources[0].aliases == ("m5/app", "tenp3rmqfg/ezoe5y675t")


async def test_while_the_claim_cannot_be_looked_at_nobody_knows_what_to_tell_the_service() -> None:
    assert (await look(MemoryCluster())).settings is None


async def test_a_read_that_fails_fails_the_look() -> None:
    cluster = holding(MemoryCluster(), OURS, OURS, OURS, OURS)
    cluster.failing["Service"] = ProviderError(Reason.PROVIDER_UNAVAILABLE, "The API server is away.")
    with pytest.raises(ProviderError, match="is away"):
        await look(cluster)
