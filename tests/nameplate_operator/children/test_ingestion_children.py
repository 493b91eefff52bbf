"""The children of the ingestion, against golden files written and reviewed by hand."""

import json
from pathlib import Path

import pytest
import yaml

from nameplate_api.mounts import KEYS_DIRECTORY, SETTINGS_DIRECTORY
from nameplate_operator.children.deployment import deployment
from nameplate_operator.children.service import service
from nameplate_operator.children.service_account import service_account
from nameplate_operator.children.settings_map import ingestion_settings, settings_map
from tests.nameplate_operator.builders import WEBSITE, a_domain, settings

GOLDEN = Path(__file__).parents[1] / "golden"
SERVER = {"name": "server", "type": "Python", "writeKeySecretRef": {"name": "keys", "key": "python"}}
DOMAIN = a_domain(
    sources=[WEBSITE, SERVER],
    ingestion={"replicas": 3, "resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}}},
)


def told_to(domain, ours, aliases=None):
    """Return what the service is told."""
    return ingestion_settings(domain, ours, aliases or {})


@pytest.mark.parametrize(
    ("name", "built"),
    [
        ("deployment", deployment(DOMAIN, settings().ingestion)),
        ("service", service(DOMAIN)),
        ("service-account", service_account(DOMAIN)),
        ("settings-map", settings_map(DOMAIN, told_to(DOMAIN, settings().ingestion))),
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
    document = json.loads(settings_map(DOMAIN, told_to(DOMAIN, settings().ingestion))["data"]["settings.json"])
    assert document["sources"][1] == {
        "name": "server",
        "type": "Python",
        "writeKeyFile": "server",
        "durability": "Disk",
        "aliases": [],
    }


def test_each_source_is_told_the_paths_of_its_library():
    document = told_to(DOMAIN, settings().ingestion, {"website": ("m5/app", "x/y")}).content
    assert [source["aliases"] for source in document["sources"]] == [["m5/app", "x/y"], []]


def test_settings_and_keys_are_mounted_as_whole_directories():
    (container,) = deployment(DOMAIN, settings().ingestion)["spec"]["template"]["spec"]["containers"]
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert not any("subPath" in mount for mount in mounts.values())
    assert {SETTINGS_DIRECTORY, KEYS_DIRECTORY} <= set(mounts)


KAFKA = {
    "bootstrapServers": ["kafka.example:9093"],
    "topic": "events",
    "tls": {"caSecretRef": {"name": "kafka", "key": "ca"}},
    "sasl": {"username": "nameplate", "passwordSecretRef": {"name": "kafka", "key": "pass"}},
}
FORWARD = {"url": "https://api.example", "writeKeySecretRef": {"name": "far", "key": "key"}}


@pytest.mark.parametrize(
    ("sink", "told", "mounted"),
    [
        pytest.param(
            {"kafka": KAFKA},
            {
                "kafka": {
                    "bootstrapServers": ["kafka.example:9093"],
                    "topic": "events",
                    "tls": {"caFile": "sink.ca.crt"},
                    "sasl": {"mechanism": "SCRAM-SHA-512", "username": "nameplate", "passwordFile": "sink.password"},
                }
            },
            {"sink.ca.crt": ("kafka", "ca"), "sink.password": ("kafka", "pass")},
            id="kafka",
        ),
        pytest.param(
            {"kafka": {"bootstrapServers": ["k:1"], "topic": "t", "tls": {}}},
            {"kafka": {"bootstrapServers": ["k:1"], "topic": "t", "tls": {}}},
            {},
            id="kafka without secrets",
        ),
        pytest.param(
            {"forward": FORWARD},
            {"forward": {"url": "https://api.example", "writeKeyFile": "sink.write-key"}},
            {"sink.write-key": ("far", "key")},
            id="forward",
        ),
        pytest.param({"file": {}}, {"file": {}}, {}, id="file"),
        pytest.param({}, {"forward": {"url": "https://default.example"}}, {}, id="none chosen"),
        pytest.param(None, {"forward": {"url": "https://default.example"}}, {}, id="none given"),
    ],
)
def test_a_sink_is_told_with_files_in_the_place_of_secrets(sink, told, mounted):
    ours = settings(ingestion={"image": "x", "sink": {"forward": {"url": "https://default.example"}}}).ingestion
    domain = a_domain(sources=[WEBSITE], ingestion={} if sink is None else {"sink": sink})
    document = json.loads(settings_map(domain, told_to(domain, ours))["data"]["settings.json"])
    assert document["sink"] == told
    volumes = {each["name"]: each for each in deployment(domain, ours)["spec"]["template"]["spec"]["volumes"]}
    items = [
        (each["secret"], item)
        for each in volumes["keys"].get("projected", {}).get("sources", ())
        for item in each["secret"]["items"]
    ]
    assert {item["path"]: (secret["name"], item["key"]) for secret, item in items} == mounted
    assert all(secret["optional"] for secret, _ in items)


def test_the_upstream_cdn_is_the_platforms():
    ours = settings(ingestion={"image": "x", "upstreamCdn": "https://cdn.segment.com"}).ingestion
    document = json.loads(settings_map(a_domain(), told_to(a_domain(), ours))["data"]["settings.json"])
    assert document["library"] == {"upstream": "https://cdn.segment.com"}


def test_limits_and_trusted_proxies_are_the_platforms():
    ours = settings(ingestion={"image": "x", "limits": {"batchEvents": 10}, "trustedProxies": 2}).ingestion
    document = json.loads(settings_map(a_domain(), told_to(a_domain(), ours))["data"]["settings.json"])
    assert document["limits"] == {"eventSize": 32768, "bodySize": 512000, "batchEvents": 10}
    assert document["trustedProxies"] == 2
