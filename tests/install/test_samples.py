"""The samples: a real API server takes each, and the RoleBinding gives the operator what it needs in a namespace."""

from pathlib import Path

import pytest
import yaml

from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.conftest import served_kinds
from tests.world.operator_process_manifests import BASE, ROOT, rendered

__all__ = ["served_kinds"]

SAMPLES = sorted((ROOT / "manifests" / "samples").glob("*.yaml"))
ROLE_BINDING = ROOT / "manifests" / "samples" / "rolebinding.yaml"


def test_there_are_samples_of_both_kinds_and_of_the_role_binding():
    kinds = {document["kind"] for sample in SAMPLES for document in yaml.safe_load_all(sample.read_text())}
    assert kinds >= {"CustomDomain", "DomainClaim", "RoleBinding"}


@pytest.mark.parametrize("sample", [pytest.param(each, id=each.name) for each in SAMPLES])
def test_the_api_server_takes_the_sample(served_kinds: ClusterAccess, namespace: str, sample: Path):
    options = ("--server-side", "--dry-run=server", "--validate=strict", "--warnings-as-errors")
    printed = served_kinds.kubectl("apply", *options, "--namespace", namespace, "--filename", str(sample))
    assert printed.count("serverside-applied") == len(list(yaml.safe_load_all(sample.read_text())))


def test_the_role_binding_names_the_role_and_the_service_account_of_the_base(control_plane: ClusterAccess):
    binding = yaml.safe_load(ROLE_BINDING.read_text())
    there = {
        (each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"])
        for each in rendered(control_plane, BASE)
    }
    role, (subject,) = binding["roleRef"], binding["subjects"]
    assert (role["kind"], None, role["name"]) in there
    assert (subject["kind"], subject["namespace"], subject["name"]) in there
    assert role["name"] == "nameplate-domain"
