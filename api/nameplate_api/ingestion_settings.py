"""The settings contract: the one document that the operator hands to an ingestion service, and what that answers.

The document is mounted as a directory and read again without a restart. Secrets are no part of it: they are mounted
files, named by their path below the directory of keys.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from nameplate_api.alias import ALIAS_LENGTH
from nameplate_api.base import ApiModel
from nameplate_api.request_limits import BATCH_EVENTS, BODY_SIZE, EVENT_SIZE
from nameplate_api.sink import Brokers, FileSink, ForwardUrl, SaslMechanism, SaslUser, Topic
from nameplate_api.sources import Durability, SourceType

Alias = Annotated[
    str,
    Field(
        min_length=1, max_length=ALIAS_LENGTH, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$"
    ),
]
"""A path of the library without its first slash and its extension, such as ``m5/app``."""
UpstreamUrl = Annotated[str, Field(max_length=2048, pattern=r"^https?://[^\s/?#@]+(/[^\s?#@]*)?$")]


class _Settings(ApiModel):
    """A part of the document: what is unknown is refused, since it may be what matters."""

    model_config = ConfigDict(extra="forbid")


class SourceSettings(_Settings):
    """One source: its public key, or the file below ``KEYS_DIRECTORY`` that holds the secret one."""

    name: str
    type: SourceType
    write_key: str | None = None
    write_key_file: str | None = None
    durability: Durability = Durability.DISK
    aliases: Annotated[
        tuple[Alias, ...],
        Field(description="Paths that serve the library as well, each with .js and .min.js; of AnalyticsJS only."),
    ] = ()


class ForwardSettings(_Settings):
    """Another Tracking API; without a file, each source's own write key is used."""

    url: ForwardUrl
    write_key_file: str | None = None


class TlsSettings(_Settings):
    """TLS; without a file, the usual authorities."""

    ca_file: str | None = None


class SaslSettings(_Settings):
    """Name and password."""

    mechanism: SaslMechanism
    username: SaslUser
    password_file: str


class KafkaSettings(_Settings):
    """A topic of Kafka."""

    bootstrap_servers: Brokers
    topic: Topic
    tls: TlsSettings | None = None
    sasl: SaslSettings | None = None


class SinkSettings(_Settings):
    """Where events go: at most one of these; none = ``file``."""

    file: FileSink | None = None
    forward: ForwardSettings | None = None
    kafka: KafkaSettings | None = None


class LimitSettings(_Settings):
    """What one request may bring (Segment's HTTP Tracking API, "Max request size")."""

    event_size: Annotated[int, Field(ge=1024, le=1024**2, description="Octets of one event.")] = EVENT_SIZE
    body_size: Annotated[int, Field(ge=1024, le=4 * 1024**2, description="Octets of a body, decompressed.")] = BODY_SIZE
    batch_events: Annotated[int, Field(ge=1, le=100_000, description="Events of a batch.")] = BATCH_EVENTS


class LibrarySettings(_Settings):
    """What is served of Analytics.js beside the library itself."""

    upstream: Annotated[
        UpstreamUrl | None,
        Field(description="A CDN such as https://cdn.segment.com, for what pages load of it; none = nothing is."),
    ] = None


class IngestionSettings(_Settings):
    """All that an ingestion service must know of one domain; ``revision`` names its content."""

    version: Literal[1] = 1
    domain: str
    hosts: tuple[str, ...]
    uid: Annotated[str, Field(description="uid of the CustomDomain.")]
    sources: tuple[SourceSettings, ...]
    sink: SinkSettings = SinkSettings(file=FileSink())
    limits: LimitSettings = LimitSettings()
    library: LibrarySettings = LibrarySettings()
    trusted_proxies: Annotated[
        int, Field(ge=0, le=16, description="Proxies in front, each of which adds an address to X-Forwarded-For.")
    ] = 1

    def document(self) -> str:
        """Return the document as JSON, byte-identical for equal settings."""
        return json.dumps(self.content | {"revision": self.revision}, sort_keys=True, indent=1) + "\n"

    @property
    def content(self) -> dict[str, Any]:
        """Return the settings as they stand in a document, without its revision."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @property
    def revision(self) -> str:
        """Return 16 hexadecimal digits that change with the content."""
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()[:16]


class WellKnown(ApiModel):
    """What ``GET /.well-known/nameplate?nonce=…`` answers."""

    domain: str
    uid: str
    nonce: str
    revision: str
    missing_keys: tuple[str, ...] = ()
