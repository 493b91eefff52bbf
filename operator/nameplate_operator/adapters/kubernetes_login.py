"""Says where the API server is and who we are: from a kubeconfig, or from the files that a Pod mounts."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config import load_kube_config
from kubernetes.aio.config.config_exception import ConfigException

from nameplate_api.conditions import Reason
from nameplate_operator.ports import ProviderError

MOUNT_VARIABLE = "SERVICE_ACCOUNT_DIRECTORY"
"""Environment variable that names the directory of the ServiceAccount's files, where it is not the usual one."""
_USUAL_MOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TOKEN = "BearerToken"


class LoginError(ProviderError):
    """There is no way to the API server; the message says what is missing."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.CREDENTIALS_REJECTED, message, refused=True)


async def login(environment: Mapping[str, str] = os.environ) -> Configuration:
    """Return how to reach the API server: KUBECONFIG if it is set, else the Pod's mounts. Raises LoginError."""
    found = Configuration()
    if kubeconfig := environment.get("KUBECONFIG"):
        try:
            await load_kube_config(  # type: ignore[no-untyped-call]
                kubeconfig, client_configuration=found, persist_config=False
            )
        except (ConfigException, OSError) as error:
            raise LoginError(f"{kubeconfig}: cannot be used: {error}") from error
    else:
        _read_mounts(found, environment)
    found.retries = None
    # A variable such as HTTPS_PROXY must not come between the API server and us.
    found.client_session_kwargs = {"trust_env": False}
    return found


def _read_mounts(found: Configuration, environment: Mapping[str, str]) -> None:
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        raise LoginError("neither KUBECONFIG nor KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are set")
    mount = Path(environment.get(MOUNT_VARIABLE) or _USUAL_MOUNT)
    token, authority = mount / "token", mount / "ca.crt"
    for file in (token, authority):
        if not file.is_file():
            raise LoginError(f"{file}: there is no such file")
    found.host = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    found.ssl_ca_cert = str(authority)

    seen: tuple[int, int] | None = None

    def refresh(configuration: Configuration) -> None:
        nonlocal seen
        # The kubelet replaces the file long before the token's end; to look whether it did is far cheaper than to read.
        status = token.stat()
        if (status.st_ino, status.st_mtime_ns) != seen:
            configuration.api_key[_TOKEN] = f"Bearer {token.read_text(encoding='ascii').strip()}"
            seen = status.st_ino, status.st_mtime_ns

    refresh(found)
    found.refresh_api_key_hook = refresh  # type: ignore[assignment]


async def bearer(configuration: Configuration) -> str | None:
    """Return what goes into the Authorization header now, for a client other than this one."""
    return await configuration.get_api_key_with_prefix(_TOKEN, alias="authorization")


def tls(configuration: Configuration) -> ssl.SSLContext:
    """Return the TLS settings, for a client other than this one."""
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert, cadata=configuration.ca_cert_data)
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, keyfile=configuration.key_file)
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
