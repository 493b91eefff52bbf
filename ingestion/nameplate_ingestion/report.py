"""What a worker tells the process that watches over it, many times a minute, as one line of JSON each."""

import msgspec

from nameplate_ingestion.metrics import Snapshot


class Report(msgspec.Struct, frozen=True):
    """How a worker is."""

    numbers: Snapshot
    """What it counts."""
    stuck: tuple[str, ...] = ()
    """What has stopped making progress; it must be restarted."""
    unready: tuple[str, ...] = ()
    """Why it should get no requests."""
    problems: tuple[str, ...] = ()
    """What somebody should mend, although it serves."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Report)


def encode(report: Report) -> bytes:
    """Return the report as a line."""
    return _encoder.encode(report) + b"\n"


def decode(line: bytes) -> Report:
    """Return the report. Raises msgspec.DecodeError on anything else."""
    return _decoder.decode(line)
