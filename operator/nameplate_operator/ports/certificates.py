"""What the operator asks of whoever issues certificates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from nameplate_operator.ports.kubernetes import Ref


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """What a certificate must be for: the Secret that carries it, its names, and the owner of that Secret."""

    secret: Ref
    names: tuple[str, ...]
    labels: Mapping[str, str]
    owner: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate at hand, verified to belong to its key and to chain to its authority."""

    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    trust: str
    """CA certificates in PEM that a client needs to verify it; "" where the system's store does."""
    current: bool
    """False if the authority has been renewed since, or its bundle has changed: issue anew."""

    @property
    def renewal_at(self) -> datetime:
        """Return when it is to be renewed: at two thirds of its life."""
        return self.not_before + (self.not_after - self.not_before) * 2 / 3


@dataclass(frozen=True, slots=True)
class Holding:
    """What stands where the certificate should: None, something of a stranger, or a certificate of ours."""

    certificate: Certificate | None = None
    foreign: bool = False


class CertificateAuthority(Protocol):
    """Issues certificates."""

    name: str

    async def observe(self, request: CertificateRequest, now: datetime) -> Holding:
        """Return what is at hand for the request; changes nothing."""
        ...

    async def issue(self, request: CertificateRequest, now: datetime) -> None:
        """Issue a certificate and put it where the request says; idempotent for what is already at hand."""
        ...
