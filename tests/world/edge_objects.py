"""A small application written by hand for tests of the edge: Deployment, Service, Ingress, settings, secrets."""

import base64
import json
import socket
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cluster.access import ClusterAccess
from tests.cluster.waiting import until
from tests.world.edge import Edge

_PATHS = {
    "Deployment": ("apps/v1", "deployments"),
    "Service": ("v1", "services"),
    "ConfigMap": ("v1", "configmaps"),
    "Secret": ("v1", "secrets"),
    "Ingress": ("networking.k8s.io/v1", "ingresses"),
}


@dataclass(frozen=True)
class Application:
    """One domain in one namespace, served by Pods that mount its settings and one optional key."""

    cluster: ClusterAccess
    namespace: str
    ingress_class: str
    host: str

    def apply(self, kind: str, manifest: dict[str, Any], name: str = "app") -> None:
        """Write one object, as server-side apply does."""
        version, plural = _PATHS[kind]
        root = "/api/v1" if version == "v1" else f"/apis/{version}"
        body = {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **manifest}
        with self.cluster.client() as client:
            client.patch(
                f"{root}/namespaces/{self.namespace}/{plural}/{name}?fieldManager=test&force=true",
                headers={"Content-Type": "application/apply-patch+yaml"},
                content=json.dumps(body),
            ).raise_for_status()

    def deploy(self, replicas: int = 1) -> str:
        """Write everything; return the certificate authority to trust."""
        authority = self.issue("app-tls")
        self.settings("revision-1")
        self.apply("Deployment", {"spec": _deployment(replicas)})
        ports = [{"name": "http", "port": 80, "targetPort": "http"}]
        self.apply("Service", {"spec": {"selector": {"app": "app"}, "ports": ports}})
        self.apply_ingress("app")
        return authority

    def apply_ingress(self, name: str) -> None:
        """Write an Ingress that sends the host to the Service."""
        backend = {"service": {"name": "app", "port": {"name": "http"}}}
        paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
        spec = {
            "ingressClassName": self.ingress_class,
            "rules": [{"host": self.host, "http": {"paths": paths}}],
            "tls": [{"hosts": [self.host], "secretName": "app-tls"}],
        }
        self.apply("Ingress", {"spec": spec}, name)

    def serving(self, edge: Edge, replicas: int = 1) -> str:
        """Write everything and wait until it is served; return the certificate authority to trust."""
        authority = self.deploy(replicas)
        until(lambda: self.serves(edge, authority), "the application to be served")
        return authority

    def serves(self, edge: Edge, authority: str) -> bool:
        """Tell whether a request is answered well."""
        with suppress(httpx.TransportError):
            return self.fetch(edge, authority).status_code == 200
        return False

    def fetch(self, edge: Edge, authority: str, path: str = "/", timeout: float = 30.0) -> httpx.Response:
        """Ask for the host at the edge, on a connection of its own."""
        with self.client(authority) as client:
            return client.get(self.url(edge, path), timeout=timeout)

    def url(self, edge: Edge, path: str = "/") -> str:
        """Return where the edge is."""
        return f"https://{edge.address}:{edge.port}{path}"

    def client(self, authority: str, name: str | None = None) -> httpx.Client:
        """Return a client that trusts one authority, and asks for the host or for another name."""
        name = name or self.host
        client = httpx.Client(verify=ssl.create_default_context(cadata=authority), trust_env=False, timeout=30)
        client.headers["Host"] = name
        client.event_hooks["request"].append(lambda request: request.extensions.update(sni_hostname=name))
        return client

    def settings(self, revision: str) -> None:
        """Write the settings document."""
        document = {
            "version": 1,
            "domain": self.host,
            "hosts": [self.host],
            "uid": "uid-of-the-domain",
            "sources": [
                {"name": "website", "type": "AnalyticsJS", "writeKey": "k3y"},
                {"name": "backend", "type": "Go", "writeKeyFile": "backend"},
            ],
            "revision": revision,
        }
        self.apply("ConfigMap", {"data": {"settings.json": json.dumps(document)}})

    def issue(self, secret: str) -> str:
        """Write a tls Secret for the host, and return its certificate, which is its own authority."""
        certificate, key = _certificate(self.host)
        data = {"tls.crt": base64.b64encode(certificate).decode(), "tls.key": base64.b64encode(key).decode()}
        self.apply("Secret", {"type": "kubernetes.io/tls", "data": data}, secret)
        return certificate.decode()

    def shown(self, name: str = "app") -> list[dict[str, str]]:
        """Return what an Ingress shows as its addresses."""
        text = self.cluster.kubectl("get", "ingress", name, "-n", self.namespace, "-o", "json")
        found: list[dict[str, str]] = json.loads(text)["status"]["loadBalancer"].get("ingress", [])
        return found

    def pods(self) -> list[dict[str, Any]]:
        """Return the Pods."""
        text = self.cluster.kubectl("get", "pods", "-n", self.namespace, "-o", "json")
        found: list[dict[str, Any]] = json.loads(text)["items"]
        return found


def shown_names(address: str, port: int, host: str | None) -> list[str]:
    """Return the names in the certificate that is shown to a client that asks for `host`, trusted or not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        closing(socket.create_connection((address, port), timeout=30)) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        shown = connection.getpeercert(binary_form=True)
    certificate = x509.load_der_x509_certificate(shown or b"")
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
        x509.DNSName
    )


def _deployment(replicas: int) -> dict[str, Any]:
    keys = {"secret": {"name": "keys", "optional": True, "items": [{"key": "go", "path": "backend"}]}}
    container = {
        "name": "app",
        "image": "app",
        "args": ["--settings", "/etc/app/settings", "--keys", "/etc/app/keys"],
        "ports": [{"name": "http", "containerPort": 8080}],
        "volumeMounts": [
            {"name": "settings", "mountPath": "/etc/app/settings"},
            {"name": "keys", "mountPath": "/etc/app/keys"},
        ],
    }
    volumes = [
        {"name": "settings", "configMap": {"name": "app"}},
        {"name": "keys", "projected": {"sources": [keys]}},
    ]
    template = {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": [container], "volumes": volumes}}
    return {"replicas": replicas, "selector": {"matchLabels": {"app": "app"}}, "template": template}


def _certificate(host: str) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test's authority")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private
