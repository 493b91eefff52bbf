"""What the operator asks of the DNS: one server, one question, without recursion."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class RecordSet:
    """All records of one name and type; ``name`` is absolute without the final dot, ``ttl`` in seconds."""

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Server:
    """A name server: its name and one address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; names are absolute, in A-labels, without the final dot ("" is the root).

    ``payer`` is the namespace on whose behalf it is asked: the query budget is shared fairly between payers.
    """

    name: str
    type: str
    dnssec: bool = False
    payer: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one server said; it is trusted for no more than having been said.

    Names are in lower case without the final dot; a TXT value is its strings joined. Whatever is not printable ASCII
    comes escaped as in zone files. A record set holds at most 5,000 values.
    """

    rcode: str
    authoritative: bool
    answer: tuple[RecordSet, ...] = ()
    authority: tuple[RecordSet, ...] = ()
    additional: tuple[RecordSet, ...] = ()


class Resolver(Protocol):
    """Asks one server one question, without recursion."""

    @property
    def roots(self) -> tuple[Server, ...]:
        """Return the root servers to begin with."""
        ...

    async def ask(self, question: Question, server: Server) -> Reply:
        """Return the server's answer: over UDP, without EDNS if it must be, over TCP where UDP was cut short.

        Raises ProviderError: NSTimeout when nothing usable came (``refused``: the address must not be asked),
        TCPBlocked when it was cut short and TCP failed, EgressBlocked when there is no route to the address.
        """
        ...
