"""The states that time brings: deadlines that pass, certificates that grow old."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from tests.cluster.pods import NAMESPACE_LABEL, tell_pods
from tests.cluster.waiting import until
from tests.operated.certificates import certificate_at_hand, plant_certificate
from tests.operated.history import History
from tests.operated.kstatus import CURRENT, FAILED, IN_PROGRESS
from tests.operated.looks import look, row
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld
from tests.world.http_faults import HttpFault

SERVING = row("=", "True Serving", kstatus=CURRENT)
DUE = timedelta(days=70)
BINDINGS = "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/{}"


@pytest.fixture(scope="module")
def impatient_world(shared_world: OperatedWorld) -> Iterator[OperatedWorld]:
    """The worker's world with deadlines of a few seconds."""
    shared_world.reconfigure({"delegationDeadline": 3, "ingestion": {"progressTimeout": 3}})
    yield shared_world
    shared_world.heal()
    shared_world.reconfigure({})


def test_past_the_delegation_deadline_it_is_stalled_and_still_looked_at(impatient_world: OperatedWorld):
    tenant = impatient_world.tenant()
    tenant.apply()
    until(lambda: tenant.condition("Stalled"), "the deadline to pass")
    assert look(tenant.seen()) == row("=", "False DelegationMissing", stalled="True", kstatus=FAILED)
    tenant.enter_ns_records()
    assert look(tenant.ready()) == SERVING


def test_past_the_deployments_deadline_without_a_pod_it_is_stalled(impatient_world: OperatedWorld):
    tenant = impatient_world.tenant()
    tell_pods(impatient_world.cluster, tenant.namespace, "stall")
    tenant.apply()
    tenant.enter_ns_records()
    tenant.wait_for("Ready", "False", "RolloutStalled")
    until(lambda: tenant.condition("Stalled"), "Stalled beside it")
    assert look(tenant.seen()) == row("=", "False RolloutStalled", stalled="True", kstatus=FAILED)
    tell_pods(impatient_world.cluster, tenant.namespace, None)
    assert look(tenant.ready()) == SERVING


def test_an_edit_past_the_deployments_deadline_is_not_finished_though_old_pods_serve(impatient_world: OperatedWorld):
    tenant = impatient_world.tenant()
    tenant.serve()
    impatient_world.cluster.kubectl("label", "namespace", tenant.namespace, f"{NAMESPACE_LABEL}=stall")
    tenant.edit(ingestion={"resources": {"requests": {"cpu": "60m"}}})
    told = tenant.wait_for("IngestionAvailable", "True", "RolloutStalled")
    assert "passed its deadline" in told["message"]
    assert look(tenant.seen()) == row("=", "True Serving", "True", kstatus=IN_PROGRESS)
    assert tenant.wait_for("Reconciling", "True", "RollingOut")["message"] == told["message"]
    tell_pods(impatient_world.cluster, tenant.namespace, None)
    assert look(tenant.ready()) == SERVING


def test_a_certificate_is_renewed_in_the_background(impatient_world: OperatedWorld):
    tenant = impatient_world.tenant()
    tenant.serve()
    impatient_world.api_proxy.inject(HttpFault(delay=2), methods={"PATCH"}, path=f"{tenant.namespace}/secrets/")
    with History(impatient_world.cluster, tenant.path) as history:
        planted = plant_certificate(tenant, age=DUE, left=timedelta(days=20))
        renewed = until(lambda: (at_hand := certificate_at_hand(tenant)) != planted and at_hand, "a new certificate")
        tenant.recheck()
        until(lambda: tenant.status()["certificate"]["notAfter"] == end_of(renewed), "the new one to be shown")
    assert [look(each) for each in history.versions] == [SERVING] * len(history.versions)


def end_of(certificate: str) -> str:
    """Return when a certificate ends, as a status says it."""
    return f"{x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}"


def without_writing_secrets(tenant: Tenant) -> None:
    """Put a Role in the place of the granted one that may do all but write Secrets."""
    granted: dict[str, Any] = tenant.world.get("/apis/rbac.authorization.k8s.io/v1/clusterroles/nameplate-domain") or {}
    rules = [rule for rule in granted["rules"] if "secrets" not in rule["resources"]]
    rules.append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "watch"]})
    role = {"metadata": {"name": "less"}, "rules": rules}
    binding = {
        "metadata": {"name": "less"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "less"},
        "subjects": [
            {"kind": "ServiceAccount", "name": "nameplate-operator", "namespace": tenant.world.operator.namespace}
        ],
    }
    for plural, body in {"roles": role, "rolebindings": binding}.items():
        tenant.world.api.post(BINDINGS.format(tenant.namespace, plural), json=body).raise_for_status()
    tenant.world.operator.deny(tenant.namespace)


def test_a_renewal_fails_while_the_certificate_is_valid_and_then_ends_soon(impatient_world: OperatedWorld):
    tenant = impatient_world.tenant()
    tenant.serve()
    without_writing_secrets(tenant)
    with History(impatient_world.cluster, tenant.path) as history:
        plant_certificate(tenant, age=DUE, left=timedelta(days=20))
        tenant.be_looked_at()
        tenant.wait_for("CertificateIssued", "True", "RenewalFailing")
        planted = plant_certificate(tenant, age=DUE, left=timedelta(days=5))
        tenant.wait_for("CertificateIssued", "True", "ExpiresSoon")
    assert [look(each) for each in history.versions] == [SERVING] * len(history.versions)
    impatient_world.operator.grant(tenant.namespace)
    tenant.recheck()
    tenant.wait_for("CertificateIssued", "True", "Issued")
    assert certificate_at_hand(tenant) != planted
    assert look(tenant.ready()) == SERVING
