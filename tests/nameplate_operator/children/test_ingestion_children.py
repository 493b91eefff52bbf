"""The children of the ingestion, against golden files written and reviewed by hand."""

import json
from pathlib import Path

import pytest
import yaml

from nameplate_api.ingestion_settings import KEYS_DIRECTORY, SETTINGS_DIRECTORY
from nameplate_operator.children.deployment import deployment
from nameplate_operator.children.service import service
from nameplate_operator.children.service_account import service_account
from nameplate_operator.children.settings_map import settings_map
from tests.nameplate_operator.builders import WEBSITE, a_domain, settings

GOLDEN = Path(__file__).parents[1] / "golden"
SERVER = {"name": "server", "type": "Python", "writeKeySecretRef": {"name": "keys", "key": "python"}}
DOMAIN = a_domain(
    sources=[WEBSITE, SERVER],
    ingestion={"replicas": 3, "resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}}},
)


@pytest.mark.parametrize(
    ("name", "built"),
    [
        ("deployment", deployment(DOMAIN, settings().ingestion)),
        ("service", service(DOMAIN)),
        ("service-account", service_account(DOMAIN)),
        ("settings-map", settings_map(DOMAIN)),
    ],
)
def test_a_child_is_as_its_golden_file_says(name, built):
    assert built == yaml.safe_load((GOLDEN / f"{name}.yaml").read_text())


def test_platform_defaults_fill_what_the_spec_leaves_out():
    built = deployment(a_domain(), settings(ingestion={"image": "x", "replicas": 4}).ingestion)
    assert built["spec"]["replicas"] == 4
    (container,) = built["spec"]["template"]["spec"]["containers"]
    assert container["resources"] == {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}
    assert "imagePullPolicy" not in container


def test_no_secret_key_stands_in_the_settings_document():
    document = json.loads(settings_map(DOMAIN)["data"]["settings.json"])
    assert document["sources"][1] == {"name": "server", "type": "Python", "writeKeyFile": "server"}


def test_settings_and_keys_are_mounted_as_whole_directories():
    (container,) = deployment(DOMAIN, settings().ingestion)["spec"]["template"]["spec"]["containers"]
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert not any("subPath" in mount for mount in mounts.values())
    assert {SETTINGS_DIRECTORY, KEYS_DIRECTORY} <= set(mounts)
