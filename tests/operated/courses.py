"""The courses that a sample's life may take: the whole of it, and endings other than the usual one."""

import time
from collections.abc import Callable

from tests.cluster.waiting import until
from tests.operated.sample_life import LIFE_TIMEOUT, Json, Life, masks, state
from tests.operated.tenant import Tenant, condition

Course = Callable[[Tenant, Life], None]


def whole(tenant: Tenant, life: Life) -> None:
    """Create, delegate, edit, delete and undelegate."""
    hidden = masks(tenant, _begun(tenant))
    life.stations["Ready"] = state(tenant, hidden)
    tenant.edit(ingestion={"replicas": 2})
    tenant.ready(LIFE_TIMEOUT)
    until(lambda: _available(tenant) == 2, "two Pods", LIFE_TIMEOUT)
    life.stations["edited"] = state(tenant, hidden)
    tenant.delete()
    tenant.until_released(LIFE_TIMEOUT)
    until(lambda: _waits_for_undelegation(tenant), "a bare zone and a claim that waits", LIFE_TIMEOUT)
    life.stations["released"] = state(tenant, hidden)
    tenant.remove_ns_records()
    tenant.until_forgotten(LIFE_TIMEOUT)
    life.stations["gone"] = _left(tenant)


def taken_back(tenant: Tenant, life: Life) -> None:
    """Delete and create again while the parent still delegates; then the namespace is deleted with all in it."""
    _begun(tenant)
    life.since = time.time()
    tenant.delete()
    tenant.until_released(LIFE_TIMEOUT)
    until(lambda: _waits_for_undelegation(tenant), "a bare zone and a claim that waits", LIFE_TIMEOUT)
    tenant.create()
    hidden = masks(tenant, tenant.ready(LIFE_TIMEOUT))
    life.stations["taken back"] = state(tenant, hidden)
    namespace = f"/api/v1/namespaces/{tenant.namespace}"
    tenant.world.api.delete(namespace).raise_for_status()
    until(lambda: tenant.world.get(namespace) is None, "the namespace to be gone", LIFE_TIMEOUT)
    until(lambda: _waits_for_undelegation(tenant), "a bare zone and a claim that waits", LIFE_TIMEOUT)
    life.stations["released"] = state(tenant, hidden)
    tenant.remove_ns_records()
    tenant.until_forgotten(LIFE_TIMEOUT)
    life.stations["gone"] = _left(tenant)


def retained(tenant: Tenant, life: Life) -> None:
    """Delete with the policy Retain; then a person deletes the claim, and its zone stays."""
    hidden = masks(tenant, _begun(tenant, deletionPolicy="Retain"))
    life.since = time.time()
    tenant.delete()
    tenant.until_released(LIFE_TIMEOUT)
    until(lambda: _rests(tenant, Releasable="Retained"), "a bare zone and a claim that is kept", LIFE_TIMEOUT)
    life.stations["retained"] = state(tenant, hidden)
    tenant.world.api.delete(tenant.claim_path).raise_for_status()
    until(lambda: tenant.claim() is None, "the claim to be gone", LIFE_TIMEOUT)
    life.stations["let go by hand"] = state(tenant, hidden)
    tenant.world.at_powerdns("DELETE", f"zones/{tenant.host}.")


def _begun(tenant: Tenant, **spec: str) -> Json:
    # So that the making of the authority belongs to every life.
    tenant.world.api.delete(f"/api/v1/namespaces/{tenant.world.operator.namespace}/secrets/nameplate-ca")
    tenant.create(**spec)
    tenant.enter_ns_records(LIFE_TIMEOUT)
    return tenant.ready(LIFE_TIMEOUT)


def _left(tenant: Tenant) -> Json:
    return {"zones": sorted(tenant.world.zones() & {tenant.host}), "claim": tenant.claim()}


def _available(tenant: Tenant) -> int:
    deployment = tenant.child("deployments", "ingestion") or {}
    return int(deployment.get("status", {}).get("availableReplicas", 0))


def _waits_for_undelegation(tenant: Tenant) -> bool:
    return _rests(tenant, Undelegated="ParentStillDelegates")


def _rests(tenant: Tenant, **reasons: str) -> bool:
    """Say whether nothing is served of a name that was let go, and why it is not free."""
    claim = tenant.claim()
    told = ((condition(claim, kind) or {}).get("reason") == reason for kind, reason in reasons.items())
    bare = {kind for _, kind in tenant.world.zone_records(tenant.host)} == {"NS", "TXT", "CAA"}
    withdrawn = (condition(claim, "Withdrawn") or {}).get("status") == "True"
    return bare and withdrawn and all(told)
