"""The states of a domain on its way and at work, as kubectl, Flux and Helm see them: row by row of the table."""

import json
from signal import SIGCONT, SIGSTOP

import pytest

from tests.cluster.pods import NAMESPACE_LABEL, tell_pods
from tests.cluster.waiting import until
from tests.operated.history import History
from tests.operated.kstatus import CURRENT, FAILED, IN_PROGRESS, TERMINATING
from tests.operated.looks import kubectl_finds_it_ready, kubectl_waits_for_ready, look, row
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld
from tests.world.http_faults import HttpFault

SERVING = row("=", "True Serving", kstatus=CURRENT)


@pytest.fixture
def away(world: OperatedWorld):
    """The operator stands still for as long as the test goes on."""
    world.operator.signal(SIGSTOP)
    yield
    world.operator.signal(SIGCONT)


@pytest.fixture(scope="module")
def serving_tenant(shared_world: OperatedWorld) -> Tenant:
    """A domain that serves; whoever changes it changes it back."""
    tenant = shared_world.tenant()
    tenant.serve()
    return tenant


@pytest.fixture
def serving(serving_tenant: Tenant):
    """That domain, settled before and after."""
    serving_tenant.ready()
    yield serving_tenant
    serving_tenant.ready()


def test_created_and_not_yet_seen(tenant: Tenant, away: None):
    tenant.apply()
    assert look(tenant.seen()) == row("-1", "-", kstatus=IN_PROGRESS)
    assert kubectl_waits_for_ready(tenant)


def test_waiting_for_the_ns_records(tenant: Tenant):
    tenant.apply()
    tenant.wait_for("Delegated", "False", "DelegationMissing")
    assert look(tenant.seen()) == row("=", "False DelegationMissing", "True", kstatus=IN_PROGRESS)
    assert kubectl_waits_for_ready(tenant)


def test_a_certificate_being_issued_and_every_other_state_on_the_way_to_ready(tenant: Tenant):
    with History(tenant.world.cluster, tenant.path) as history:
        tenant.serve()
    looks = [look(each) for each in history.versions]
    assert row("=", "False Requested", "True", kstatus=IN_PROGRESS) in looks
    served = looks.index(SERVING)
    assert {each["kstatus"] for each in looks[:served]} == {IN_PROGRESS}
    assert looks[served:] == [SERVING] * len(looks[served:])
    assert kubectl_finds_it_ready(tenant)


def test_the_provider_refuses_for_a_reason_that_only_a_person_can_mend(world: OperatedWorld, tenant: Tenant):
    world.powerdns_proxy.inject(HttpFault(status=401))
    tenant.apply()
    tenant.wait_for("ZoneReady", "False", "CredentialsRejected")
    assert look(tenant.seen()) == row("=", "False CredentialsRejected", stalled="True", kstatus=FAILED)
    world.heal()
    tenant.recheck()
    tenant.wait_for("ZoneReady")
    assert look(tenant.seen())["Stalled"] == "-"


def test_a_name_held_by_another_namespace(world: OperatedWorld, tenant: Tenant):
    tenant.apply()
    tenant.wait_for("Accepted")
    loser = world.tenant(host=tenant.host)
    loser.apply()
    refused = loser.wait_for("Accepted", "False", "NameClaimed")
    assert tenant.namespace not in refused["message"]
    until(lambda: look(loser.seen())["Stalled"] == "True", "the end of the first full pass")
    assert look(loser.seen()) == row("=", "False NameClaimed", stalled="True", kstatus=FAILED)
    assert kubectl_waits_for_ready(loser)


def test_an_edit_rolls_out_while_a_pod_serves(world: OperatedWorld, serving: Tenant):
    world.cluster.kubectl("label", "namespace", serving.namespace, f"{NAMESPACE_LABEL}=stall")
    serving.edit(ingestion={"resources": {"requests": {"cpu": "60m"}}})
    rolling = row("=", "True Serving", "True", kstatus=IN_PROGRESS)
    until(lambda: look(serving.seen()) == rolling, "a roll-out that stalls")
    serving.wait_for("Reconciling", "True", "RollingOut")
    assert kubectl_finds_it_ready(serving)
    tell_pods(world.cluster, serving.namespace, None)


def test_below_the_minimum_of_pods(world: OperatedWorld, serving: Tenant):
    tell_pods(world.cluster, serving.namespace, "stall")
    serving.wait_for("Ready", "False", "RollingOut")
    assert look(serving.seen()) == row("=", "False RollingOut", "True", kstatus=IN_PROGRESS)
    assert kubectl_waits_for_ready(serving)
    tell_pods(world.cluster, serving.namespace, None)


def test_a_look_fails_while_it_serves(world: OperatedWorld, serving: Tenant):
    world.powerdns_proxy.inject(HttpFault(status=503))
    serving.recheck()
    failed = "The last attempt failed: The DNS provider answers with HTTP status 503."
    until(lambda: failed in (serving.condition("ZoneReady") or {})["message"], "the failure in the message")
    assert look(serving.seen()) == SERVING
    assert kubectl_finds_it_ready(serving)
    world.heal()
    serving.recheck()
    until(lambda: failed not in (serving.condition("ZoneReady") or {})["message"], "the message without it")


def test_suspended_while_it_serves_it_is_looked_at_and_nothing_is_changed(world: OperatedWorld, serving: Tenant):
    with History(world.cluster, serving.path) as history:
        serving.edit(suspend=True)
        serving.ready()
        world.api.delete(serving.child_path("services", "ingestion")).raise_for_status()
        serving.be_looked_at()
        assert serving.child("services", "ingestion") is None
        assert look(serving.seen())["kstatus"] == CURRENT
    assert {look(each)["Ready"] for each in history.versions} == {"True Serving"}
    assert {look(each)["Reconciling"] for each in history.versions} == {"-"}
    serving.edit(suspend=False)
    until(lambda: serving.child("services", "ingestion"), "the Service to be back")


def test_created_suspended(world: OperatedWorld, tenant: Tenant):
    mark = world.cluster.audit_mark()
    tenant.apply(suspend=True)
    tenant.wait_for("Ready", "Unknown", "Suspended")
    assert look(tenant.seen()) == row("=", "Unknown Suspended", kstatus=IN_PROGRESS)
    assert tenant.claim() is None
    written = {
        (each.resource, each.subresource) for each in world.audit_writes(mark) if tenant.namespace == each.namespace
    }
    assert written <= {("customdomains", ""), ("customdomains", "status"), ("events", "")}
    tenant.edit(suspend=False)
    tenant.wait_for("Delegated", "False", "DelegationMissing")


def test_a_spec_is_changed_while_the_operator_is_down(serving: Tenant, away: None):
    serving.edit(ingestion={"replicas": 2})
    assert look(serving.seen()) == row("<", "True Serving", kstatus=IN_PROGRESS)
    # Each condition says which generation it is of, and kubectl goes by that.
    assert kubectl_waits_for_ready(serving)
    serving.world.operator.signal(SIGCONT)
    serving.ready()
    deployment = serving.child("deployments", "ingestion")
    assert deployment is not None
    assert deployment["spec"]["replicas"] == 2, json.dumps(deployment["spec"])


def test_deleting(tenant: Tenant, away: None):
    tenant.world.operator.signal(SIGCONT)
    tenant.apply()
    tenant.wait_for("Delegated", "False")
    tenant.world.operator.signal(SIGSTOP)
    tenant.delete()
    assert look(tenant.seen())["kstatus"] == TERMINATING
    tenant.world.operator.signal(SIGCONT)
    tenant.until_deleted()
