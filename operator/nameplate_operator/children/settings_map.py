"""Builds the settings document of a domain's ingestion, and the ConfigMap that carries it."""

from collections.abc import Mapping
from typing import Any

from nameplate_api.hostname import hosts
from nameplate_api.ingestion_settings import IngestionSettings, LibrarySettings, SourceSettings
from nameplate_api.mounts import SETTINGS_FILE
from nameplate_operator.children import names
from nameplate_operator.children.key_files import sink_of, sink_settings
from nameplate_operator.children.labels import metadata
from nameplate_operator.kinds import CONFIG_MAP
from nameplate_operator.settings import PodSettings
from nameplate_operator.subject import Domain


def ingestion_settings(
    domain: Domain, settings: PodSettings, aliases: Mapping[str, tuple[str, ...]]
) -> IngestionSettings:
    """Return what the service must know; a secret key is named by the file that is mounted for its source.

    ``aliases`` holds the paths of the library by source.
    """
    return IngestionSettings(
        domain=domain.spec.domain,
        hosts=hosts(domain.spec.domain),
        uid=domain.uid,
        sources=tuple(
            SourceSettings(
                name=source.name,
                type=source.type,
                write_key=source.write_key,
                write_key_file=source.name if source.write_key_secret_ref else None,
                durability=source.durability,
                aliases=aliases.get(source.name, ()),
            )
            for source in domain.spec.sources
        ),
        sink=sink_settings(sink_of(domain, settings)),
        limits=settings.limits,
        library=LibrarySettings(upstream=settings.upstream_cdn),
        trusted_proxies=settings.trusted_proxies,
    )


def settings_map(domain: Domain, settings: IngestionSettings) -> dict[str, Any]:
    """Return the ConfigMap that carries the document."""
    return {
        **CONFIG_MAP.type_meta,
        "metadata": metadata(domain, names.ingestion(domain)),
        "data": {SETTINGS_FILE: settings.document()},
    }
