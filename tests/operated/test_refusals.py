"""What a cluster refuses for reasons of its own: the condition names it, and what the message says to do is enough."""

import shlex
from signal import SIGCONT, SIGSTOP
from typing import Any

from tests.cluster.waiting import until
from tests.nameplate_operator.adapters.admission import Policy
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld

_UNSTEADY = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")


def quota(tenant: Tenant, deployments: int) -> None:
    """Set the ResourceQuota "tight" of the namespace, and wait until it counts."""
    path = f"/api/v1/namespaces/{tenant.namespace}/resourcequotas"
    wanted = {"count/deployments.apps": str(deployments)}
    manifest = {"metadata": {"name": "tight"}, "spec": {"hard": wanted}}
    api = tenant.world.api
    if tenant.world.get(f"{path}/tight") is None:
        api.post(path, json=manifest).raise_for_status()
    else:
        merge = {"Content-Type": "application/merge-patch+json"}
        api.patch(f"{path}/tight", json=manifest, headers=merge).raise_for_status()
    until(
        lambda: (tenant.world.get(f"{path}/tight") or {}).get("status", {}).get("hard") == wanted, "the quota to count"
    )


def test_a_quota_that_leaves_no_room_is_named_and_a_larger_one_is_enough(tenant: Tenant):
    quota(tenant, deployments=0)
    tenant.apply()
    tenant.enter_ns_records()
    message = tenant.wait_for("IngestionAvailable", "False", "QuotaExceeded")["message"]
    child = f"Deployment {tenant.namespace}/web-ingestion"
    assert message == f"The ResourceQuota tight leaves no room for {child}. Raise it, or delete what is not needed."
    tenant.wait_for("Stalled")
    quota(tenant, deployments=1)
    tenant.recheck()
    tenant.ready()


def test_an_admission_policy_that_refuses_is_named_and_its_end_is_enough(world: OperatedWorld, tenant: Tenant):
    with Policy(world.cluster, tenant.namespace) as policy:
        policy.deny("Invalid")
        probe = {"metadata": {"name": "probe"}, "data": {"a": "b"}}
        path = f"{tenant.child_path('configmaps')}?dryRun=All"
        until(lambda: world.api.post(path, json=probe).is_error, "the policy to be in force")
        tenant.apply()
        tenant.enter_ns_records()
        message = tenant.wait_for("IngestionAvailable", "False", "PolicyDenied")["message"]
        assert message.startswith(f"The admission policy {policy.name} of this cluster refuses ConfigMap ")
        assert "it says" not in message
    tenant.recheck()
    tenant.ready()


def test_a_deployment_that_cannot_be_changed_in_place_is_deleted_by_the_command_shown(
    world: OperatedWorld, tenant: Tenant
):
    tenant.serve()
    path = tenant.child_path("deployments", "ingestion")
    world.operator.signal(SIGSTOP)
    replace(world, path)
    world.operator.signal(SIGCONT)

    def shown() -> str:
        # What serves goes on, so the condition stays True and says what was refused.
        return str((tenant.condition("IngestionAvailable") or {})["message"]).partition("made anew: ")[2]

    program, *arguments = shlex.split(until(shown, "the command"))
    assert program == "kubectl"
    world.cluster.kubectl(*arguments)
    tenant.ready()


def replace(world: OperatedWorld, path: str) -> None:
    """Put a Deployment that selects other Pods in the place of one, as a former release might have made it."""
    old: dict[str, Any] = world.get(path) or {}
    labels = {**old["spec"]["selector"]["matchLabels"], "release": "former"}
    metadata = {name: value for name, value in old["metadata"].items() if name not in _UNSTEADY}
    template = old["spec"]["template"]
    template["metadata"]["labels"] |= labels
    spec = old["spec"] | {"selector": {"matchLabels": labels}, "template": template}
    world.api.delete(path).raise_for_status()
    until(lambda: world.get(path) is None, "the Deployment to be gone")
    made = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    world.api.post(path.rpartition("/")[0], json=made).raise_for_status()
