"""Makes the sink that a domain's settings name, out of the settings and the contents of its key files."""

from collections.abc import Sequence
from pathlib import Path

from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, Sink, SinkAway, Verdict
from nameplate_ingestion.settings_document import Served, sink_files
from nameplate_ingestion.sinks.settings import MIB, FileSettings, ForwardSettings, KafkaSettings, Sasl

LARGEST_FILE = 64 * MIB


class AbsentSink:
    """Stands in for a sink that cannot be made: everything waits in the log until it can."""

    limits = BatchLimits(deliveries=1, octets=1)

    def __init__(self, reason: str) -> None:
        """Take what is missing, in words."""
        self._reason = reason

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:  # noqa: ARG002
        """Take nothing. Raises SinkAway."""
        raise SinkAway(self._reason)

    async def close(self) -> None:
        """Have nothing to let go of."""


def choice(served: Served) -> tuple[object, ...]:
    """Return all that the sink is made from: as long as it is the same, the sink may stay."""
    keys = _write_keys(served) if served.sink.forward else {}
    return served.sink, dict(served.secrets), keys


def make_sink(served: Served, directory: Path, most_octets: int) -> Sink:
    """Return the sink; one of files writes below the directory, and is away while they have so many octets."""
    missing = [name for name in sink_files(served.sink) if name not in served.secrets]
    if missing:
        return AbsentSink(f"there is no key file {missing[0]}")
    try:
        return _make(served, directory, most_octets)
    except (ValueError, OSError) as error:
        return AbsentSink(f"it cannot be set up: {type(error).__name__}")


def _make(served: Served, directory: Path, most_octets: int) -> Sink:
    # Each is imported where it is wanted: what nobody uses takes no memory.
    if served.sink.forward is not None:
        from nameplate_ingestion.sinks.forward import ForwardSink  # noqa: PLC0415

        return ForwardSink(_forward(served))
    if served.sink.kafka is not None:
        from nameplate_ingestion.sinks.kafka import KafkaSink  # noqa: PLC0415

        return KafkaSink(_kafka(served))
    from nameplate_ingestion.sinks.file import FileSink  # noqa: PLC0415

    file_octets = min(LARGEST_FILE, most_octets // 4)
    return FileSink(FileSettings(directory, file_octets=file_octets, all_octets=most_octets))


def _forward(served: Served) -> ForwardSettings:
    forward = served.sink.forward
    assert forward is not None  # noqa: S101 - the caller looked
    own = served.secrets[forward.write_key_file].decode() if forward.write_key_file else None
    return ForwardSettings(forward.url, own, _write_keys(served))


def _write_keys(served: Served) -> dict[str, str]:
    return {source.name: key.decode() for key, source in served.tenant.sources.items()}


def _kafka(served: Served) -> KafkaSettings:
    kafka = served.sink.kafka
    assert kafka is not None  # noqa: S101 - the caller looked
    sasl, tls = kafka.sasl, kafka.tls
    return KafkaSettings(
        kafka.bootstrap_servers,
        kafka.topic,
        tls=tls is not None,
        ca_file=served.keys / tls.ca_file if tls and tls.ca_file else None,
        sasl=Sasl(sasl.mechanism.value, sasl.username, served.secrets[sasl.password_file].decode()) if sasl else None,
    )
