"""Faults of the cluster: an API server that restarts, watches that are cut or silent, rights that are missing."""

import base64
import json
import shlex
from collections.abc import Iterator

import httpx
import pytest

from tests.cluster.machine import Machine
from tests.cluster.waiting import until
from tests.operated.certificates import certificate_at_hand
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld
from tests.world.http_faults import HttpFault

REPAIRED_WITHIN = 5.0
CHILDREN = [
    ("serviceaccounts", "ingestion", {"metadata": {"labels": {"nameplate.dev/domain": "other"}}}),
    ("configmaps", "ingestion", {"data": {"settings.json": "{}"}}),
    ("configmaps", "snippets", {"data": {"website.html": "<script></script>"}}),
    ("deployments", "ingestion", {"spec": {"replicas": 5}}),
    ("services", "ingestion", {"spec": {"selector": {"app": "other"}}}),
    ("ingresses", "ingestion", {"spec": {"ingressClassName": "other"}}),
]
JSON_MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture(scope="module")
def serving_tenant(shared_world: OperatedWorld) -> Iterator[Tenant]:
    """A domain that serves; what is done to it is mended."""
    tenant = shared_world.tenant()
    tenant.serve()
    yield tenant
    tenant.leave()


@pytest.fixture
def serving(serving_tenant: Tenant) -> Iterator[Tenant]:
    """That domain, settled before and after."""
    serving_tenant.ready()
    yield serving_tenant
    serving_tenant.ready()


def shape(seen: dict | None) -> str | None:
    """Return what stands in a child, without what every write changes."""
    if seen is None:
        return None
    kept = {name: value for name, value in seen.items() if name not in ("status", "metadata")}
    for each in ("clusterIP", "clusterIPs"):
        kept.get("spec", {}).pop(each, None)
    names = ("labels", "ownerReferences")
    return json.dumps([kept, {name: seen["metadata"].get(name) for name in names}], sort_keys=True)


@pytest.mark.parametrize(("plural", "suffix", "edit"), CHILDREN, ids=[" ".join(each[:2]) for each in CHILDREN])
def test_a_child_that_somebody_edits_or_deletes_is_repaired_within_five_seconds(
    serving: Tenant, plural: str, suffix: str, edit: dict
):
    path, before = serving.child_path(plural, suffix), shape(serving.child(plural, suffix))
    api = serving.world.api
    for harm in (lambda: api.patch(path, json=edit, headers=JSON_MERGE), lambda: api.delete(path)):
        with Machine() as machine:
            harm().raise_for_status()
            until(lambda: shape(serving.child(plural, suffix)) == before, f"{plural} as before")
            assert machine.net() <= REPAIRED_WITHIN


@pytest.mark.parametrize("method", ["DELETE", "PATCH"], ids=["deleted", "edited"])
def test_a_tls_secret_that_is_deleted_or_edited_has_a_new_certificate_within_five_seconds(serving: Tenant, method: str):
    path, before = serving.child_path("secrets", "tls"), certificate_at_hand(serving)
    edit = {"data": {"tls.key": base64.b64encode(b"a key that fits no certificate").decode()}}

    def is_new() -> bool:
        return serving.child("secrets", "tls") is not None and certificate_at_hand(serving) != before

    with Machine() as machine:
        content = json.dumps(edit) if method == "PATCH" else None
        serving.world.api.request(method, path, content=content, headers=JSON_MERGE).raise_for_status()
        until(is_new, "a new certificate")
        assert machine.net() <= REPAIRED_WITHIN


def is_ready(world: OperatedWorld) -> bool:
    """Ask the operator as its readiness probe does, also while its process is being started again."""
    try:
        return httpx.get(f"{world.operator.health_url}/readyz", trust_env=False, timeout=2).is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("orderly", [True, False], ids=["in order", "at once"])
def test_the_api_server_restarts_while_domains_are_on_their_way(world: OperatedWorld, orderly: bool):
    tenant = world.tenant()
    # On a busy machine the API server is away for longer than a Lease lasts.
    with world.kubelet():
        tenant.apply()
        world.cluster.restart_apiserver(orderly=orderly)
        until(lambda: is_ready(world), "the operator to be ready")
        tenant.enter_ns_records()
        tenant.ready()


def test_watches_that_are_cut_lose_nothing_that_happens_meanwhile(world: OperatedWorld, serving: Tenant):
    with world.kubelet():
        world.api_proxy.go_down()
        serving.edit(ingestion={"replicas": 2})
        world.api.delete(serving.child_path("services", "ingestion")).raise_for_status()
        world.api_proxy.come_up()
        serving.ready()
        until(lambda: serving.child("services", "ingestion"), "the Service to be back")
    deployment = serving.child("deployments", "ingestion") or {}
    assert deployment["spec"]["replicas"] == 2


def test_an_error_that_a_watch_tells_costs_a_restart_and_nothing_else(world: OperatedWorld, tenant: Tenant):
    failure = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "InternalError", "code": 500}
    told = json.dumps({"type": "ERROR", "object": failure}).encode() + b"\n"
    fault, before = HttpFault(status=200, body=told), world.operator.pid
    with world.kubelet():
        world.api_proxy.inject(fault, methods={"GET"}, path="/customdomains$", query="watch=", times=1)
        world.api_proxy.cut_connections()
        until(lambda: is_ready(world) and world.operator.pid != before, "the operator to be there again")
        tenant.apply()
        tenant.enter_ns_records()
        tenant.ready()


def test_what_a_silent_watch_does_not_tell_is_found_by_the_next_list(world: OperatedWorld):
    world.reconfigure({"resyncEvery": 2})
    tenant = world.tenant()
    world.api_proxy.inject(HttpFault(delay=600), methods={"GET"}, path="/customdomains$", query="watch=")
    world.api_proxy.cut_connections()
    tenant.apply()
    tenant.wait_for("Delegated", "False", "DelegationMissing")
    tenant.edit(deletionPolicy="Retain")
    until(lambda: (tenant.claim() or {})["spec"]["deletionPolicy"] == "Retain", "the edit to be followed")
    world.heal()
    world.reconfigure({})


def test_without_the_rolebinding_the_message_has_the_command_and_after_it_nothing_else_is_needed(
    world: OperatedWorld,
):
    tenant = world.tenant(granted=False)
    tenant.apply()
    message = tenant.wait_for("Accepted", "False", "AccessDenied")["message"]
    until(lambda: tenant.condition("Stalled"), "Stalled")
    program, *arguments = shlex.split(message.partition("Allow it: ")[2])
    assert program == "kubectl"
    world.cluster.kubectl(*arguments)
    tenant.enter_ns_records()
    tenant.ready()
