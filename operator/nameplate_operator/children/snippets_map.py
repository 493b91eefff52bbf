"""Builds the ConfigMap that holds a domain's snippets, for people and for tools that template pages."""

from typing import Any

from nameplate_operator.children import names
from nameplate_operator.children.labels import metadata
from nameplate_operator.children.snippets import snippets
from nameplate_operator.subject import Domain


def snippets_map(domain: Domain) -> dict[str, Any]:
    """Return the ConfigMap; nothing of ours reads it."""
    ref = names.snippets(domain)
    return {
        **ref.kind.type_meta,
        "metadata": metadata(domain, ref.name),
        "data": dict(snippets(domain.spec, domain.ref.namespace)),
    }
