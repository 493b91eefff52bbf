"""The Ingress, as a golden manifest, and as a real API server keeps it."""

import json
from typing import Any

import yaml

from nameplate_operator.children.drift import drifted, sealed
from nameplate_operator.children.ingress import ingress
from nameplate_operator.settings import RouteSettings
from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.builders import a_domain

GOLDEN = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web-ingestion
  namespace: acme
  labels:
    app.kubernetes.io/name: nameplate-ingestion
    app.kubernetes.io/instance: web
    app.kubernetes.io/part-of: nameplate
    app.kubernetes.io/managed-by: nameplate
    nameplate.dev/domain: web
  ownerReferences:
  - apiVersion: nameplate.dev/v1alpha1
    kind: CustomDomain
    name: web
    uid: uid-domain
    controller: true
    blockOwnerDeletion: true
spec:
  ingressClassName: nginx
  tls:
  - hosts: [cdp.acme.com, api.cdp.acme.com, cdn.cdp.acme.com]
    secretName: web-tls
  rules:
  - host: cdp.acme.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web-ingestion, port: {name: http}}}}
  - host: api.cdp.acme.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web-ingestion, port: {name: http}}}}
  - host: cdn.cdp.acme.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web-ingestion, port: {name: http}}}}
"""


def test_the_ingress_brings_three_hosts_to_the_service() -> None:
    assert ingress(a_domain(), RouteSettings(ingress_class_name="nginx")) == yaml.safe_load(GOLDEN)


def test_without_a_class_the_clusters_default_serves() -> None:
    assert "ingressClassName" not in ingress(a_domain(), RouteSettings())["spec"]


def kept(access: ClusterAccess, namespace: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        access.kubectl("get", "ingress", "web-ingestion", "--namespace", namespace, "--output", "json")
    )
    return found


def test_what_an_api_server_keeps_has_not_drifted_until_somebody_edits_it(
    control_plane: ClusterAccess, namespace: str
) -> None:
    manifest = ingress(a_domain(namespace=namespace), RouteSettings(ingress_class_name="nginx"))
    # The garbage collector would take away a child whose owner does not exist.
    del manifest["metadata"]["ownerReferences"]
    wanted = sealed(manifest)
    apply = ("apply", "--server-side", "--force-conflicts", "--field-manager", "nameplate/children", "--filename", "-")
    control_plane.kubectl(*apply, stdin=json.dumps(wanted))
    assert not drifted(wanted, kept(control_plane, namespace))
    edits = (
        ("label", "nameplate.dev/domain-"),
        ("annotate", "nameplate.dev/applied=old", "--overwrite"),
        ("patch", "--type=json", '--patch=[{"op": "remove", "path": "/spec/rules/1"}]'),
        ("patch", "--type=merge", '--patch={"spec": {"tls": [{"hosts": ["cdp.acme.com"], "secretName": "other"}]}}'),
    )
    for verb, *change in edits:
        control_plane.kubectl(verb, "ingress/web-ingestion", "--namespace", namespace, *change)
        assert drifted(wanted, kept(control_plane, namespace)), change
        control_plane.kubectl(*apply, stdin=json.dumps(wanted))
        assert not drifted(wanted, kept(control_plane, namespace)), change
    control_plane.kubectl("annotate", "ingress/web-ingestion", "--namespace", namespace, "team.example/note=ours")
    assert not drifted(wanted, kept(control_plane, namespace))


def test_a_class_that_is_no_longer_set_goes_from_the_ingress(control_plane: ClusterAccess, namespace: str) -> None:
    apply = ("apply", "--server-side", "--field-manager", "nameplate/children", "--filename", "-")
    before, after = (
        {**manifest, "metadata": {k: v for k, v in manifest["metadata"].items() if k != "ownerReferences"}}
        for manifest in (
            ingress(a_domain(namespace=namespace), RouteSettings(ingress_class_name="nginx")),
            ingress(a_domain(namespace=namespace), RouteSettings()),
        )
    )
    control_plane.kubectl(*apply, stdin=json.dumps(sealed(before)))
    assert drifted(sealed(after), kept(control_plane, namespace))
    control_plane.kubectl(*apply, stdin=json.dumps(sealed(after)))
    assert "ingressClassName" not in kept(control_plane, namespace)["spec"]
    assert not drifted(sealed(after), kept(control_plane, namespace))
