"""`nameplate plan`: what it says for a manifest over a cluster in memory, and that it writes nothing."""

from typing import Any

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.changes import ApplyChild
from nameplate_operator.phase import Decision, Verdict
from nameplate_operator.plan_command import planned
from nameplate_operator.ports import Cluster
from tests.nameplate_operator.builders import domain_manifest
from tests.nameplate_operator.memory_ports import MemoryCluster
from tests.nameplate_operator.toys import TRUE, toy

CHILD = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "acme"}}
AWAITING = Verdict(Truth.FALSE, Reason.CREATING, "It is being made.")


async def plan_of(cluster: Cluster, **spec: Any) -> str:
    phases = (
        toy(ConditionType.ACCEPTED, Decision(TRUE)),
        toy(ConditionType.ZONE_READY, Decision(AWAITING, (ApplyChild(manifest=CHILD, first=True),))),
        toy(ConditionType.DELEGATED, needs=(ConditionType.ZONE_READY,)),
    )
    return await planned(domain_manifest(**spec), cluster, phases)


async def test_verdicts_and_changes_are_printed_and_nothing_is_written():
    cluster = MemoryCluster()
    assert await plan_of(cluster) == (
        "CustomDomain acme/web: cdp.acme.com\n"
        "  Accepted=True Hosted: It holds.\n"
        "  ZoneReady=False Creating: It is being made.\n"
        "    would ApplyChild(manifest=Service acme/web)\n"
        "  Delegated=True Hosted: It holds.\n"
        "  Ready=False Creating: It is being made.\n"
    )
    assert cluster.writes == []


async def test_an_object_that_exists_is_planned_with_the_spec_of_the_file():
    cluster = MemoryCluster()
    cluster.put(domain_manifest())
    assert (await plan_of(cluster, domain="other.acme.com")).startswith("CustomDomain acme/web: other.acme.com\n")


async def test_a_spec_that_cannot_be_used_is_said_so():
    text = await plan_of(MemoryCluster(), sources="none")
    assert text.startswith("CustomDomain acme/web: its spec cannot be used\n")
