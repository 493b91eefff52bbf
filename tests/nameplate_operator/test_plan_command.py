"""`nameplate plan`: what it says for a manifest over a cluster in memory, and that it writes nothing."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.changes import ApplyChild
from nameplate_operator.phase import Decision, Verdict
from nameplate_operator.plan_command import BadManifest, planned, read
from nameplate_operator.reconcile import Reconciler
from nameplate_operator.subject import Domain
from tests.nameplate_operator.builders import domain_manifest, memory_ports, settings
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.toys import TRUE, Toy, toy

CHILD = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "acme"}}
AWAITING = Verdict(Truth.FALSE, Reason.CREATING, "It is being made.")


async def tear_down(_domain: Domain, _now: datetime) -> None:
    raise AssertionError("A plan tears nothing down.")


def reconciler(cluster: MemoryCluster, *phases: Toy, **changes: Any) -> Reconciler:
    return Reconciler(phases, memory_ports(cluster), settings(**changes), tear_down)


async def plan_of(cluster: MemoryCluster, **spec: Any) -> str:
    phases = (
        toy(ConditionType.ACCEPTED, Decision(TRUE)),
        toy(ConditionType.ZONE_READY, Decision(AWAITING, (ApplyChild(manifest=CHILD, first=True),))),
        toy(ConditionType.DELEGATED, needs=(ConditionType.ZONE_READY,)),
    )
    return await planned(domain_manifest(**spec), reconciler(cluster, *phases))


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


async def test_a_spec_whose_name_cannot_be_used_is_not_looked_at_any_further() -> None:
    zone = toy(ConditionType.ZONE_READY)
    refused = Decision(Verdict(Truth.FALSE, Reason.INVALID_SPEC, "It cannot be used.", stalled=True))
    of = reconciler(MemoryCluster(), toy(ConditionType.ACCEPTED, refused), zone)
    assert (await planned(domain_manifest(domain=7), of)).splitlines()[1:] == [
        "  Accepted=False InvalidSpec: It cannot be used.",
        "  ZoneReady=Unknown Waiting: It has not been looked at yet.",
        "  Ready=False InvalidSpec: It cannot be used.",
    ]
    assert zone.looks == 0


async def test_what_is_suspended_would_not_be_changed() -> None:
    assert "would" not in await plan_of(MemoryCluster(), suspend=True)


async def test_ready_can_do_without_a_probe_where_the_settings_say_so() -> None:
    unknown = Decision(Verdict(Truth.UNKNOWN, Reason.CONNECT_FAILED, "Timed out."))
    phases = (toy(ConditionType.ACCEPTED), toy(ConditionType.REACHABLE, unknown))
    needed = await planned(domain_manifest(), reconciler(MemoryCluster(), *phases))
    optional = await planned(domain_manifest(), reconciler(MemoryCluster(), *phases, prober={"required": False}))
    assert needed.endswith("Ready=Unknown ConnectFailed: Timed out.\n")
    assert optional.endswith("Ready=True Serving: Every condition holds.\n")


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "kind: CustomDomain",
        "{kind: CustomDomain, metadata: }",
        "{kind: CustomDomain, metadata: web}",
        "{kind: CustomDomain, metadata: {name: }}",
        "{kind: CustomDomain, metadata: {name: ''}}",
        "{kind: CustomDomain, metadata: {name: 7}}",
        "{kind: CustomDomain, metadata: {name: web, namespace: [acme]}}",
        "{kind: Service, metadata: {name: web}}",
    ],
)
def test_a_file_without_a_named_custom_domain_is_said_so(tmp_path: Path, document: str) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(document, encoding="utf-8")
    with pytest.raises(BadManifest) as caught:
        read(file)
    assert str(caught.value) == f"{file}: expected one CustomDomain with a name"


@pytest.mark.parametrize("metadata", [{}, {"namespace": "acme", "finalizers": None, "annotations": None}])
async def test_a_file_may_say_little_and_say_it_oddly(metadata: dict[str, Any]) -> None:
    manifest = {"kind": "CustomDomain", "metadata": {"name": "web", **metadata}, "spec": None}
    text = await planned(manifest, reconciler(MemoryCluster(), toy(ConditionType.ACCEPTED)))
    assert text.startswith(f"CustomDomain {metadata.get('namespace', 'default')}/web: its spec cannot be used\n")
