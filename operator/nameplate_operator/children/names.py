"""Names a CustomDomain's children; the CustomDomain's own name leaves room for every suffix."""

from nameplate_operator.kinds import CONFIG_MAP, INGRESS, SECRET
from nameplate_operator.ports import Ref
from nameplate_operator.subject import Domain

HTTP_PORT = "http"
"""Name of the Service's port."""


def ingestion(domain: Domain) -> str:
    """Return the name of all that runs and exposes the ingestion: Deployment, Service, Ingress and so on."""
    return f"{domain.ref.name}-ingestion"


def tls_secret(domain: Domain) -> Ref:
    """Return the Secret that carries the certificate."""
    return Ref(SECRET, f"{domain.ref.name}-tls", domain.ref.namespace)


def ingress(domain: Domain) -> Ref:
    """Return the Ingress."""
    return Ref(INGRESS, ingestion(domain), domain.ref.namespace)


def snippets(domain: Domain) -> Ref:
    """Return the ConfigMap that holds the snippets."""
    return Ref(CONFIG_MAP, f"{domain.ref.name}-snippets", domain.ref.namespace)
