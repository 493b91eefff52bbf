"""Builds the ServiceAccount of the ingestion Pods, which need no access to the API and get no token."""

from typing import Any

from nameplate_operator.children import names
from nameplate_operator.children.labels import metadata
from nameplate_operator.kinds import SERVICE_ACCOUNT
from nameplate_operator.subject import Domain


def service_account(domain: Domain) -> dict[str, Any]:
    """Return the ServiceAccount."""
    return {
        **SERVICE_ACCOUNT.type_meta,
        "metadata": metadata(domain, names.ingestion(domain)),
        "automountServiceAccountToken": False,
    }
