"""Makes the sink of a destination."""

from collections.abc import Sequence
from pathlib import Path

from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, Sink, SinkUnavailable, Verdict
from nameplate_ingestion.served import Destination, ToFiles, ToForward, ToKafka, ToNobody

LARGEST_FILE = 64 * 1024**2
"""Octets."""


class AbsentSink:
    """Stands in for a sink that cannot be made: everything waits in the log until it can."""

    limits = BatchLimits(deliveries=1, octets=1)
    trouble = ""

    def __init__(self, reason: str) -> None:
        """Take what is missing, in words."""
        self._reason = reason

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:  # noqa: ARG002
        """Take nothing. Raises SinkUnavailable."""
        raise SinkUnavailable(self._reason)

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

            return ForwardSink(destination)
        case ToKafka():
            from nameplate_ingestion.sinks.kafka import KafkaSink  # noqa: PLC0415

            return KafkaSink(destination)
        case ToFiles():
            from nameplate_ingestion.sinks.file import FileSink  # noqa: PLC0415

            return FileSink(directory, FileCaps(file=min(LARGEST_FILE, most_octets // 4), all=most_octets))
        case ToNobody():
            return AbsentSink(destination.reason)
