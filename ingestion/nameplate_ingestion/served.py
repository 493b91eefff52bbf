"""What is served: the domains and where their events go, as one process hands it to another."""

import asyncio
from collections.abc import Mapping

import msgspec

from nameplate_ingestion.tenant import Tenant


class ToFiles(msgspec.Struct, frozen=True, tag=True):
    """Files below the data directory."""


class ToForward(msgspec.Struct, frozen=True, tag=True):
    """Another Tracking API."""

    url: str
    """Without ``/v1/batch``."""
    write_keys: dict[str, str]
    """By source."""
    awaited: tuple[str, ...] = ()
    """Sources that the settings name and whose keys are still to come."""

    def __repr__(self) -> str:
        """Show no key."""
        return f"ToForward({self.url!r})"


class ToKafka(msgspec.Struct, frozen=True, tag=True):
    """A topic of Kafka."""

    bootstrap_servers: tuple[str, ...]
    topic: str
    tls: bool = False
    """Always verified, the brokers' names too."""
    ca_file: str | None = None
    """PEM; None = the system's authorities."""
    ca_checksum: int = 0
    """Of what the file holds, so that another content makes another sink."""
    mechanism: str | None = None
    """PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; None: the brokers ask for neither name nor password."""
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Show no password."""
        return f"ToKafka({self.topic!r})"


class ToNobody(msgspec.Struct, frozen=True, tag=True):
    """A sink that cannot be made yet: everything waits."""

    reason: str


Destination = ToFiles | ToForward | ToKafka | ToNobody


class Served(msgspec.Struct, frozen=True):
    """A domain as it is served."""

    tenant: Tenant
    destination: Destination


Domains = Mapping[str, Served]
"""By domain."""


class Service(msgspec.Struct, frozen=True):
    """All that is served."""

    domains: dict[str, Served] = {}
    complete: bool = False
    """Whether nothing is missing that the settings mean to be served."""


_LENGTH = 4
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Service)


def encode(service: Service) -> bytes:
    """Return a message: its length, and the service in MessagePack, with keys and passwords."""
    octets = _encoder.encode(service)
    return len(octets).to_bytes(_LENGTH) + octets


async def read_service(reader: asyncio.StreamReader) -> Service:
    """Return what the next message says. Raises IncompleteReadError at the end."""
    length = int.from_bytes(await reader.readexactly(_LENGTH))
    return _decoder.decode(await reader.readexactly(length))
