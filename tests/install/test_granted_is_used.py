"""The rights that the manifests grant are the rights that a domain's life uses: none is missing, none is left over."""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests.cluster.programs import Programs
from tests.cluster.waiting import until
from tests.install.rights_used import Right, granted, used
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld
from tests.world.operator_process_manifests import BASE, NAMESPACE, rendered

USER = f"system:serviceaccount:{NAMESPACE}:nameplate-operator"
# Asked for by clusters that enforce owner references alone, which this one does not.
UNSEEN = {Right("nameplate.dev", "customdomains/finalizers", "update")}
AUTHORITY = f"/api/v1/namespaces/{NAMESPACE}/secrets/nameplate-ca"
JUNK = base64.b64encode(b"junk").decode()


@pytest.fixture
def fresh_world(built_programs: Programs) -> Iterator[OperatedWorld]:
    """A world in which nobody did anything before."""
    with OperatedWorld(built=built_programs) as started:
        yield started


def test_a_domains_life_uses_all_rights_and_lacks_none(fresh_world: OperatedWorld):
    cluster, tenant = fresh_world.cluster, fresh_world.tenant()
    live(fresh_world, tenant)
    assert fresh_world.operator.terminate() == 0
    assert not fresh_world.operator.unstructured_lines()
    cluster.audit_mark()
    roles = {(each["kind"], each["metadata"]["name"]): each for each in rendered(cluster, BASE)}
    grants = {
        NAMESPACE: granted(roles["Role", "nameplate-operator"]),
        tenant.namespace: granted(roles["ClusterRole", "nameplate-domain"]),
        "everywhere": granted(roles["ClusterRole", "nameplate-operator"]),
    }
    seen = by_role(used(cluster.audit_events(), USER), grants)
    assert not seen["no role"]
    left_over = {role: rights - seen[role] - UNSEEN for role, rights in grants.items()}
    assert not {role: rights for role, rights in left_over.items() if rights}
    assert not [each for each in cluster.audit_events() if each.user == USER and each.decision == "forbid"]


def by_role(rights: Iterable[tuple[str, Right]], grants: dict[str, set[Right]]) -> dict[str, set[Right]]:
    """Return the rights that were used by the role that gave each."""
    seen: dict[str, set[Right]] = {role: set() for role in (*grants, "no role")}
    for namespace, right in rights:
        roles = [role for role in (namespace, "everywhere") if right in grants.get(role, ())]
        seen[roles[0] if roles else "no role"].add(right)
    return seen


def live(world: OperatedWorld, tenant: Tenant) -> None:
    """Bring a domain to Ready, take its certificate away in two ways, and let go of it."""
    tenant.serve()
    world.kill()
    damage(world, tenant)
    world.start()
    first = until(lambda: certificate(tenant), "another certificate by another authority")
    world.kill()
    put_another_secret_in_place(world, tenant)
    world.start()
    until(lambda: certificate(tenant) not in (None, first), "a certificate in a Secret of its own type")
    tenant.ready()
    tenant.delete()
    tenant.until_released()
    tenant.remove_ns_records()
    tenant.until_forgotten()


def damage(world: OperatedWorld, tenant: Tenant) -> None:
    """Make the keys of the authority and the certificate of the domain unusable."""
    for path in (AUTHORITY, tenant.child_path("secrets", "tls")):
        held: dict[str, Any] = world.api.get(path).raise_for_status().json()
        junk = {"data": dict.fromkeys(held["data"], JUNK)}
        headers = {"Content-Type": "application/merge-patch+json"}
        world.api.patch(path, json=junk, headers=headers).raise_for_status()


def put_another_secret_in_place(world: OperatedWorld, tenant: Tenant) -> None:
    """Replace the certificate's Secret by one of a type that nobody can change."""
    live_secret = tenant.child("secrets", "tls")
    assert live_secret is not None
    kept = {name: live_secret["metadata"][name] for name in ("name", "namespace", "labels", "ownerReferences")}
    opaque = {"apiVersion": "v1", "kind": "Secret", "metadata": kept, "type": "Opaque"}
    world.cluster.kubectl("replace", "--force", "--filename", "-", stdin=json.dumps(opaque))


def certificate(tenant: Tenant) -> str | None:
    """Return the certificate in the domain's Secret, if it is one."""
    found = str(((tenant.child("secrets", "tls") or {}).get("data") or {}).get("tls.crt", ""))
    return None if found in ("", JUNK) else found
