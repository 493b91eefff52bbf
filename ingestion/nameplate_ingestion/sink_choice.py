"""Makes the sink of a destination."""

from collections.abc import Sequence
from pathlib import Path

from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, Sink, SinkAway, Verdict
from nameplate_ingestion.served import Destination, ToFiles, ToForward, ToKafka, ToNobody
from nameplate_ingestion.sinks.settings import MIB, FileSettings, ForwardSettings, KafkaSettings, Sasl

LARGEST_FILE = 64 * MIB


class AbsentSink:
    """Stands in for a sink that cannot be made: everything waits in the log until it can."""

    limits = BatchLimits(deliveries=1, octets=1)
    trouble = ""

    def __init__(self, reason: str) -> None:
        """Take what is missing, in words."""
        self._reason = reason

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:  # noqa: ARG002
        """Take nothing. Raises SinkAway."""
        raise SinkAway(self._reason)

    async def close(self) -> None:
        """Have nothing to let go of."""


def make_sink(destination: Destination, directory: Path, most_octets: int) -> Sink:
    """Return the sink; one of files writes below the directory, and is away while they have so many octets."""
    try:
        return _make(destination, directory, most_octets)
    except (ValueError, OSError) as error:
        return AbsentSink(f"it cannot be set up: {type(error).__name__}")


def _make(destination: Destination, directory: Path, most_octets: int) -> Sink:
    # Each is imported where it is wanted: what nobody uses takes no memory.
    match destination:
        case ToForward():
            from nameplate_ingestion.sinks.forward import ForwardSink  # noqa: PLC0415

            return ForwardSink(ForwardSettings(destination.url, write_keys=destination.write_keys))
        case ToKafka():
            from nameplate_ingestion.sinks.kafka import KafkaSink  # noqa: PLC0415

            return KafkaSink(_kafka(destination))
        case ToFiles():
            from nameplate_ingestion.sinks.file import FileSink  # noqa: PLC0415

            file_octets = min(LARGEST_FILE, most_octets // 4)
            return FileSink(FileSettings(directory, file_octets=file_octets, all_octets=most_octets))
        case ToNobody():
            return AbsentSink(destination.reason)


def _kafka(to: ToKafka) -> KafkaSettings:
    return KafkaSettings(
        to.bootstrap_servers,
        to.topic,
        tls=to.tls,
        ca_file=Path(to.ca_file) if to.ca_file else None,
        sasl=Sasl(to.mechanism, to.username, to.password) if to.mechanism else None,
    )
