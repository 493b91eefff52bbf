"""Makes the sink of a destination."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, Sink, SinkUnavailable, Verdict
from nameplate_ingestion.late_sink import LateSink
from nameplate_ingestion.served import Destination, ToFiles, ToForward, ToKafka, ToNobody
from nameplate_ingestion.sinks.file import FileSink

LARGEST_FILE = 64 * 1024**2
"""Octets."""


class AbsentSink:
    """Stands in for a sink that the settings do not make possible yet: everything waits in the log."""

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
    match destination:
        case ToForward():
            return LateSink(partial(_forward, destination))
        case ToKafka():
            return LateSink(partial(_kafka, destination))
        case ToFiles():
            return FileSink(directory, FileCaps(file=min(LARGEST_FILE, most_octets // 4), all=most_octets))
        case ToNobody():
            return AbsentSink(destination.reason)


# Each is imported where it is wanted: what nobody uses takes no memory.
def _forward(destination: ToForward) -> Sink:
    from nameplate_ingestion.sinks.forward import ForwardSink  # noqa: PLC0415

    return ForwardSink(destination)


def _kafka(destination: ToKafka) -> Sink:
    from nameplate_ingestion.sinks.kafka import KafkaSink  # noqa: PLC0415

    return KafkaSink(destination)
