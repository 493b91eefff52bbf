"""What a server was asked and is about to send: the values that servers, faults and the log share."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import dns.flags
import dns.message
import dns.rdatatype
from dns.name import Name
from dns.rdatatype import RdataType


class Transport(StrEnum):
    UDP = "udp"
    TCP = "tcp"


@dataclass(frozen=True)
class Query:
    """One question as it arrived: a row of the query log, and what faults decide by."""

    time: float
    server: str
    source: tuple[str, int]
    transport: Transport
    message: dns.message.Message

    @property
    def name(self) -> Name:
        """The name asked for, in the asker's own spelling of upper and lower case."""
        return self.message.question[0].name

    @property
    def qtype(self) -> RdataType:
        return self.message.question[0].rdtype

    @property
    def type(self) -> str:
        return dns.rdatatype.to_text(self.qtype)

    @property
    def id(self) -> int:
        return self.message.id

    @property
    def edns(self) -> int:
        """EDNS version, -1 for none."""
        return self.message.edns

    @property
    def payload(self) -> int:
        return self.message.payload if self.message.edns >= 0 else 512

    @property
    def dnssec_ok(self) -> bool:
        return bool(self.message.ednsflags & dns.flags.DO)

    @property
    def recursion_desired(self) -> bool:
        return bool(self.message.flags & dns.flags.RD)

    @property
    def checking_disabled(self) -> bool:
        return bool(self.message.flags & dns.flags.CD)

    def __str__(self) -> str:
        return f"{self.server} {self.transport} {self.name} {self.type} from {self.source[1]} id {self.id}"


class Sender(StrEnum):
    """Where a packet seems to come from."""

    OWN = "own address and port"
    OTHER_PORT = "own address, another port"
    OTHER_ADDRESS = "another address"


@dataclass(frozen=True)
class Reply:
    """One packet to send: a message, or raw bytes."""

    content: dns.message.Message | bytes
    delay: float = 0.0
    sender: Sender = Sender.OWN


Responder = Callable[[], list[Reply]]
Fault = Callable[[Query, Responder], list[Reply]]
