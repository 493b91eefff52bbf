"""Admission policies and webhooks that refuse what is written in one namespace, for tests against a real API server."""

import base64
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.cluster.access import ClusterAccess
from tests.world.loopback_certificate import self_signed

_RULE = {
    "apiGroups": [""],
    "apiVersions": ["v1"],
    "operations": ["CREATE", "UPDATE"],
    "resources": ["configmaps", "secrets"],
}
_API = "admissionregistration.k8s.io/v1"


def only(namespace: str) -> dict[str, Any]:
    """Return what confines a policy to a namespace."""
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}


class Policy:
    """A ValidatingAdmissionPolicy over one namespace, which says of what it refuses all that it holds."""

    def __init__(self, cluster: ClusterAccess, namespace: str) -> None:
        self._cluster, self._namespace = cluster, namespace
        self.name = f"{namespace}.policy.test"

    def __enter__(self) -> Self:
        return self

    def deny(self, reason: str) -> None:
        """Refuse every ConfigMap and Secret that has data, with this reason."""
        validation = {
            "expression": "!has(object.data)",
            "messageExpression": "'it says ' + object.data[?'key'].orValue('nothing')",
            "reason": reason,
        }
        match = {"resourceRules": [_RULE]}
        self._apply("ValidatingAdmissionPolicy", {"matchConstraints": match, "validations": [validation]})
        bound = {"policyName": self.name, "validationActions": ["Deny"], "matchResources": only(self._namespace)}
        self._apply("ValidatingAdmissionPolicyBinding", bound)

    def _apply(self, kind: str, spec: dict[str, Any]) -> None:
        manifest = {"apiVersion": _API, "kind": kind, "metadata": {"name": self.name}, "spec": spec}
        self._cluster.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in ("validatingadmissionpolicybinding", "validatingadmissionpolicy"):
            self._cluster.kubectl("delete", each, self.name, "--ignore-not-found")


@dataclass(frozen=True)
class WebhookServer:
    """Where a webhook is served, and by which authority its certificate can be verified."""

    url: str
    authority: str


@asynccontextmanager
async def serving_webhook(directory: Path, result: dict[str, Any]) -> AsyncIterator[WebhookServer]:
    """Serve a webhook that refuses everything, with this for a result."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        asked = (await request.json())["request"]["uid"]
        response = {"uid": asked, "allowed": False, "status": result}
        review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
        return web.json_response(review)

    certificate = self_signed(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    runner = web.ServerRunner(web.Server(answer, access_log=None), handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    address, port = runner.addresses[0][:2]
    try:
        yield WebhookServer(f"https://{address}:{port}/", base64.b64encode(certificate.read_bytes()).decode())
    finally:
        await runner.cleanup()


@contextmanager
def webhook(cluster: ClusterAccess, namespace: str, server: WebhookServer) -> Iterator[str]:
    """Have the API server ask a webhook about one namespace, and yield the webhook's name."""
    name = f"{namespace}.webhook.test"
    asked = {
        "name": name,
        "clientConfig": {"url": server.url, "caBundle": server.authority},
        "rules": [_RULE],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 5,
        **only(namespace),
    }
    kind = "ValidatingWebhookConfiguration"
    manifest = {"apiVersion": _API, "kind": kind, "metadata": {"name": name}, "webhooks": [asked]}
    cluster.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))
    try:
        yield name
    finally:
        cluster.kubectl("delete", kind, name)
