"""The labels that claims are found by: names that overlap share one, and so do the claims of a namespace."""

import hashlib

from nameplate_api.custom_domain import GROUP
from nameplate_api.domain_claim import REGISTRABLE_LABEL
from nameplate_api.hostname import overlap_group

NAMESPACE_LABEL = f"{GROUP}/namespace"
"""Label of a claim that has a holder: the holder's namespace."""
_LONGEST_VALUE = 63


def registrable_label(host: str) -> str:
    """Return the value of the label that the host shares with every name that overlaps with it."""
    domain = overlap_group(host)
    return domain if len(domain) <= _LONGEST_VALUE else hashlib.sha256(domain.encode()).hexdigest()[:40]


def labels_of(host: str, namespace: str | None) -> dict[str, str]:
    """Return the labels that the claim of a host must carry, held or reserved by a namespace or by none."""
    labels = {REGISTRABLE_LABEL: registrable_label(host)}
    return labels | ({NAMESPACE_LABEL: namespace} if namespace else {})
