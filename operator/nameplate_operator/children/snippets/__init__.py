"""Builds what a person puts into pages and programs so that a source sends its events to the domain; pure.

Each file is named after its source and what it is for: ``website.html``, ``backend.py`` (see docs/snippets.md).
"""

from collections.abc import Mapping

from nameplate_api.custom_domain import CustomDomainSpec
from nameplate_api.sources import SourceType
from nameplate_operator.children.snippets.analytics_js import analytics_js
from nameplate_operator.children.snippets.client_settings import ClientSettings
from nameplate_operator.children.snippets.mobile import mobile
from nameplate_operator.children.snippets.pixel import pixel
from nameplate_operator.children.snippets.servers import SERVERS


def snippets(spec: CustomDomainSpec, namespace: str) -> Mapping[str, str]:
    """Return the text of each file by its name."""
    found: dict[str, str] = {}
    for source in spec.sources:
        client = ClientSettings.of(spec, source, namespace)
        if source.type is SourceType.ANALYTICS_JS:
            texts = analytics_js(client)
        elif source.type is SourceType.MOBILE:
            texts = mobile(client)
        elif source.type is SourceType.PIXEL:
            texts = {"txt": pixel(client)}
        else:
            extension, build = SERVERS[source.type]
            texts = {extension: build(client)}
        found |= {f"{source.name}.{ending}": text for ending, text in texts.items()}
    return found
