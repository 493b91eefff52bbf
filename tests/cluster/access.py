"""What a test does with a running control plane: kubectl, HTTP clients, tokens, kubeconfigs, the audit log."""

import ssl
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.cluster.audit import AuditEvent, read_audit_log
from tests.cluster.mounts import write_volume
from tests.cluster.pki import Pki, write_kubeconfig
from tests.cluster.processes import clean_environment
from tests.cluster.waiting import until


class KubectlError(Exception):
    """kubectl ended with an error; the text is what it wrote to standard error."""


class ClusterAccess:
    """An administrator's view of a control plane that runs in a folder, whoever started it."""

    def __init__(self, directory: Path, url: str, kubectl: str) -> None:
        """Look at the control plane at `url`, with the files in `directory` and the program `kubectl`."""
        self.directory = directory
        self.url = url
        self.kubectl_program = kubectl
        self._pki = Pki(directory / "pki")

    @property
    def port(self) -> int:
        """The API server's port on 127.0.0.1."""
        return int(self.url.rpartition(":")[2])

    @property
    def ca_file(self) -> Path:
        """The certificate authority that the API server's certificate is checked with."""
        return self._pki.file("ca.crt")

    @property
    def admin_kubeconfig(self) -> Path:
        """A kubeconfig that may do everything."""
        return self._pki.file("admin.kubeconfig")

    @property
    def audit_log(self) -> Path:
        """The API server's audit log."""
        return self.directory / "audit.log"

    def audit_events(self, offset: int = 0) -> Iterator[AuditEvent]:
        """Yield what the audit log holds from a byte offset on, as `audit_mark` gives it."""
        return read_audit_log(self.audit_log, offset)

    def audit_mark(self) -> int:
        """Return the length of the audit log, once it holds what was answered before this call.

        The API server writes an event just after its answer, so a marker of our own is waited for.
        """
        offset, marker = self.audit_log.stat().st_size, f"audit-mark/{uuid.uuid4().hex}"
        with self.client() as client:
            client.get("/version", headers={"User-Agent": marker}).raise_for_status()
        until(
            lambda: any(event.user_agent == marker for event in self.audit_events(offset)),
            "a request to be in the audit log",
        )
        return self.audit_log.stat().st_size

    def kubectl(
        self, *arguments: str, stdin: str | None = None, kubeconfig: Path | None = None, timeout: float = 150.0
    ) -> str:
        """Run kubectl, as administrator unless another kubeconfig is given, and return what it prints."""
        done = subprocess.run(
            [self.kubectl_program, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=self.kubectl_environment(kubeconfig),
        )
        if done.returncode:
            raise KubectlError(done.stderr.strip())
        return done.stdout

    def kubectl_environment(self, kubeconfig: Path | None = None) -> dict[str, str]:
        """Return the environment in which kubectl talks to this control plane and keeps its files here."""
        config = str(kubeconfig or self.admin_kubeconfig)
        return clean_environment(KUBECONFIG=config, KUBECACHEDIR=str(self.directory / "kubectl-cache"))

    def client(self, token: str | None = None) -> httpx.Client:
        """Return an HTTP client for the API, as administrator unless a token is given."""
        return httpx.Client(**self._client_settings(token))

    def async_client(self, token: str | None = None) -> httpx.AsyncClient:
        """Return an asynchronous HTTP client for the API, as administrator unless a token is given."""
        return httpx.AsyncClient(**self._client_settings(token))

    def _client_settings(self, token: str | None) -> dict[str, Any]:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        headers = {}
        if token is None:
            context.load_cert_chain(self._pki.file("admin.crt"), self._pki.file("admin.key"))
        else:
            headers["Authorization"] = f"Bearer {token}"
        # A proxy named in the environment must not come between a test and 127.0.0.1.
        return {
            "base_url": self.url,
            "verify": context,
            "headers": headers,
            "trust_env": False,
            "timeout": 30.0,
        }

    def token(self, namespace: str, service_account: str, expires_after: int = 3600) -> str:
        """Ask the API server for a ServiceAccount's token, as the kubelet does for a Pod."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{service_account}/token"
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": expires_after, "audiences": []},
        }
        with self.client() as client:
            answer = client.post(path, json=request)
            answer.raise_for_status()
            return str(answer.json()["status"]["token"])

    def mount_service_account(self, namespace: str, service_account: str, into: Path) -> Path:
        """Fill a folder as /var/run/secrets/kubernetes.io/serviceaccount is filled in a Pod."""
        token = self.token(namespace, service_account)
        files = {
            "token": token.encode(),
            "ca.crt": self.ca_file.read_bytes(),
            "namespace": namespace.encode(),
        }
        return write_volume(into, files)

    def kubeconfig_for_token(self, token: str, path: Path) -> Path:
        """Write a kubeconfig of whoever holds `token` to `path`."""
        return write_kubeconfig(path, self.url, self.ca_file, {"token": token})
