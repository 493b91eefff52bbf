"""What the operator may do, as its manifests say: no more than it must, and nothing that leads to more."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.access import ClusterAccess
from tests.world.operator_process_manifests import BASE, ROOT, rendered

READ = {"get", "list", "watch"}
LEADS_TO_MORE = {"escalate", "bind", "impersonate", "approve", "sign"}
GRANT_EVERYWHERE = ROOT / "manifests" / "components" / "grant-everywhere"
Rule = dict[str, list[str]]


@pytest.fixture(scope="module")
def base(control_plane: ClusterAccess) -> list[dict[str, Any]]:
    """The objects of manifests/base."""
    return rendered(control_plane, BASE)


def rules_of(objects: list[dict[str, Any]], kind: str, name: str) -> list[Rule]:
    """Return the rules of one role."""
    (role,) = [each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    rules: list[Rule] = role["rules"]
    return rules


def all_rules(objects: list[dict[str, Any]]) -> Iterator[Rule]:
    """Yield every rule of every role."""
    for each in objects:
        yield from each.get("rules", ())


def granted(rules: list[Rule]) -> set[tuple[str, str]]:
    """Return each pair of resource and verb that the rules grant."""
    return {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}


def test_no_rule_holds_a_wildcard(base: list[dict[str, Any]]):
    rules = list(all_rules(base))
    assert len(rules) >= 10
    assert not [rule for rule in rules for values in rule.values() if any("*" in value for value in values)]


def test_no_rule_leads_to_more_rights(base: list[dict[str, Any]]):
    assert not [rule for rule in all_rules(base) if LEADS_TO_MORE & set(rule["verbs"])]
    resources = {resource for rule in all_rules(base) for resource in rule["resources"]}
    assert not resources & {"pods", "pods/exec", "roles", "clusterroles", "rolebindings", "clusterrolebindings"}
    assert not resources & {"serviceaccounts/token", "validatingwebhookconfigurations", "customresourcedefinitions"}


def test_no_secret_can_be_touched_everywhere(base: list[dict[str, Any]]):
    everywhere = granted(rules_of(base, "ClusterRole", "nameplate-operator"))
    assert everywhere
    assert not {pair for pair in everywhere if pair[0].startswith("secrets")}


def test_everywhere_the_operator_writes_its_own_kinds_and_events_only(base: list[dict[str, Any]]):
    written = {pair for pair in granted(rules_of(base, "ClusterRole", "nameplate-operator")) if pair[1] not in READ}
    assert {resource.partition("/")[0] for resource, _ in written} == {"customdomains", "domainclaims", "events"}
    assert ("customdomains", "delete") not in written
    assert ("customdomains", "create") not in written


def test_the_role_of_tenant_namespaces_is_bound_by_nothing_in_the_base(base: list[dict[str, Any]]):
    bound = [each["roleRef"]["name"] for each in base if "roleRef" in each]
    assert bound
    assert "nameplate-domain" not in bound


def test_the_component_alone_grants_the_role_of_tenant_namespaces_everywhere(control_plane: ClusterAccess):
    binding, *others = rendered(control_plane, GRANT_EVERYWHERE)
    assert not others
    assert (binding["kind"], binding["roleRef"]["name"]) == ("ClusterRoleBinding", "nameplate-domain")
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "nameplate-operator", "namespace": "nameplate-system"}
    ]
    default = rendered(control_plane, ROOT / "manifests" / "overlays" / "default")
    bindings = {each["metadata"]["name"] for each in default if each["kind"] == "ClusterRoleBinding"}
    assert bindings == {"nameplate-operator"}


def test_in_its_own_namespace_it_reads_no_secret_but_its_certificate_authority(base: list[dict[str, Any]]):
    rules = [rule for rule in rules_of(base, "Role", "nameplate-operator") if "secrets" in rule["resources"]]
    unnamed = {verb for rule in rules if "resourceNames" not in rule for verb in rule["verbs"]}
    named = {name for rule in rules for name in rule.get("resourceNames", ())}
    assert unnamed == {"create"}
    assert named == {"nameplate-ca"}
