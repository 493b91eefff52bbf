"""The manifests as somebody applies them: they render, a real API server takes them, and the settings can be used."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from nameplate_operator.settings import OperatorSettings
from nameplate_operator.settings_file import read
from tests.cluster.access import ClusterAccess, KubectlError
from tests.world.operator_process_manifests import BASE, ROOT, Installation, rendered

OVERLAY = ROOT / "manifests" / "overlays" / "default"


@pytest.fixture(scope="module")
def base(control_plane: ClusterAccess) -> list[dict[str, Any]]:
    """The objects of manifests/base."""
    return rendered(control_plane, BASE)


def one(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the only object of a kind."""
    (found,) = [each for each in objects if each["kind"] == kind]
    return found


def settings_text(objects: list[dict[str, Any]]) -> str:
    """Return the settings file in the ConfigMap."""
    return str(one(objects, "ConfigMap")["data"]["operator.yaml"])


def uncommented(text: str) -> str:
    """Return the settings with every field that is commented out put in force, and sentences left as comments."""
    lines = []
    for line in text.splitlines():
        bare = line.lstrip()
        indent = line[: len(line) - len(bare)]
        field = bare.removeprefix("# ")
        name = field.lstrip().partition(":")[0]
        commented = bare.startswith("# ") and name.isidentifier() and name[0].islower()
        lines.append(indent + field if commented else line)
    return "\n".join(lines)


def test_the_overlay_holds_the_custom_resource_definitions_and_the_base(
    control_plane: ClusterAccess, base: list[dict[str, Any]]
):
    overlay = rendered(control_plane, OVERLAY)
    kinds = sorted(each["kind"] for each in overlay if each["kind"] == "CustomResourceDefinition")
    assert kinds == ["CustomResourceDefinition"] * 2
    assert len(overlay) == len(base) + 2


def test_a_real_api_server_takes_everything_without_a_warning(control_plane: ClusterAccess, namespace: str):
    installation = Installation(control_plane, f"{namespace[:50]}-sys")
    installation.apply({}, "a-key")
    try:
        assert installation.deployment()["metadata"]["name"] == "nameplate-operator"
    finally:
        control_plane.kubectl("delete", "namespace", installation.namespace, "--wait=false")
        control_plane.kubectl("delete", "clusterrolebinding", f"nameplate-operator-{installation.namespace}")


def test_a_pod_of_the_deployment_is_admitted_where_restricted_is_enforced(
    control_plane: ClusterAccess, base: list[dict[str, Any]], namespace: str
):
    control_plane.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    control_plane.kubectl("create", "serviceaccount", "nameplate-operator", "--namespace", namespace)
    template = one(base, "Deployment")["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "operator", "namespace": namespace}}
    create = ("create", "--dry-run=server", "--filename", "-")
    control_plane.kubectl(*create, stdin=yaml.safe_dump(pod | {"spec": template["spec"]}))
    # The same without its security context shows that the namespace looks at it.
    bare = {**template["spec"], "containers": [{**template["spec"]["containers"][0], "securityContext": {}}]}
    with pytest.raises(KubectlError, match="violates PodSecurity"):
        control_plane.kubectl(*create, stdin=yaml.safe_dump(pod | {"spec": bare}))


def test_the_namespace_enforces_restricted(base: list[dict[str, Any]]):
    assert one(base, "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_settings_are_those_that_the_operator_reads(base: list[dict[str, Any]], tmp_path: Path):
    file = tmp_path / "operator.yaml"
    file.write_text(settings_text(base))
    assert read(file).namespace == one(base, "Namespace")["metadata"]["name"]


def test_every_setting_stands_in_the_sample_with_its_default(base: list[dict[str, Any]], tmp_path: Path):
    file = tmp_path / "operator.yaml"
    file.write_text(uncommented(settings_text(base)))
    shown = yaml.safe_load(file.read_text())
    assert not list(_missing(OperatorSettings.model_json_schema(by_alias=True), shown))
    as_shown, as_is = read(file).model_dump(), _read_plain(base, tmp_path).model_dump()
    # These have no default that could be shown.
    for of in (as_shown, as_is):
        del of["cluster_name"], of["dns"]["root_hints_file"], of["prober"]["ca_file"]
        del of["route"]["ingress_class_name"], of["ingestion"]["image_pull_policy"], of["ingestion"]["upstream_cdn"]
    assert as_shown == as_is


def test_files_that_the_settings_name_are_mounted_by_the_deployment(base: list[dict[str, Any]]):
    pod = one(base, "Deployment")["spec"]["template"]["spec"]
    mounts = {each["mountPath"]: each["name"] for each in pod["containers"][0]["volumeMounts"]}
    volumes = {each["name"]: each for each in pod["volumes"]}
    settings = OperatorSettings.model_validate(yaml.safe_load(settings_text(base)))
    key_file = settings.zones.power_dns.api_key_file
    assert "secret" in volumes[mounts[str(key_file.parent)]]
    asked = Path(pod["containers"][0]["args"][-1])
    assert volumes[mounts[str(asked.parent)]]["configMap"]["name"] == one(base, "ConfigMap")["metadata"]["name"]
    assert asked.name in one(base, "ConfigMap")["data"]
    ports = [each["containerPort"] for each in pod["containers"][0]["ports"]]
    assert ports == [settings.health_port]


def test_the_token_is_mounted_where_one_is_wanted_and_nowhere_else(base: list[dict[str, Any]]):
    pod = one(base, "Deployment")["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert one(base, "ServiceAccount")["automountServiceAccountToken"] is False
    projected = [each["projected"]["sources"] for each in pod["volumes"] if "projected" in each]
    assert [
        source["serviceAccountToken"] for sources in projected for source in sources if "serviceAccountToken" in source
    ] == [{"path": "token", "expirationSeconds": 3600}]


def _read_plain(objects: list[dict[str, Any]], directory: Path) -> OperatorSettings:
    file = directory / "plain.yaml"
    file.write_text(settings_text(objects))
    return read(file)


def _missing(schema: dict[str, Any], shown: dict[str, Any]) -> list[str]:
    """Return the fields of the schema that the document leaves out, by their paths."""
    definitions = schema.get("$defs", {})

    def below(part: dict[str, Any], document: Any, path: str) -> list[str]:
        reference = part.get("$ref") or next((each.get("$ref") for each in part.get("allOf", ())), None)
        part = definitions[reference.rpartition("/")[2]] if reference else part
        # Amounts, and one of several sinks: what is shown of them is an example.
        if "properties" not in part or part.get("title") in ("ResourceAmounts", "Sink"):
            return []
        found = []
        for name, each in part["properties"].items():
            if not isinstance(document, dict) or name not in document:
                found.append(f"{path}{name}")
            else:
                found += below(each, document[name], f"{path}{name}.")
        return found

    return below(schema, shown, "")
