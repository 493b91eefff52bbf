"""What each sink must be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MIB = 1024**2


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Files on the Pod's own volume."""

    directory: Path
    """Nobody else writes there: each process needs one of its own."""
    file_octets: int = 64 * MIB
    all_octets: int = 1024 * MIB
    """The sink is away while its files have this size: nothing is dropped, somebody must take files away."""


@dataclass(frozen=True, slots=True)
class ForwardSettings:
    """Another endpoint that speaks Segment's Tracking API."""

    url: str
    """Without ``/v1/batch``."""
    write_key: str | None = field(default=None, repr=False)
    """For all sources; None = each source's own."""
    write_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name of source."""


@dataclass(frozen=True, slots=True)
class Sasl:
    """Who we are to the brokers."""

    mechanism: str
    """PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."""
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """A topic of a cluster that speaks Kafka's protocol."""

    bootstrap_servers: tuple[str, ...]
    topic: str
    tls: bool = False
    """Always verified, the brokers' names too."""
    ca_file: Path | None = None
    """PEM; None = the system's authorities."""
    sasl: Sasl | None = None


SinkSettings = FileSettings | ForwardSettings | KafkaSettings
