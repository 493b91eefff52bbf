"""What the operator asks of whoever makes a request as the world would."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """Whom to ask and where: TLS and Host by ``host``, connection to ``addresses`` and no other."""

    host: str
    addresses: tuple[str, ...]
    trust: str = ""
    """Additional CA certificates in PEM, beside the system's and the configured ones."""


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """An answer over verified TLS; ``body`` holds at most 64 KiB."""

    status: int
    body: bytes


class Prober(Protocol):
    """Makes an HTTPS request as the world would."""

    async def ask(self, target: ProbeTarget, path: str) -> ProbeAnswer:
        """Return the answer, without following redirects.

        Raises ProviderError with ConnectFailed (a failed look) or WrongCertificate.
        """
        ...
