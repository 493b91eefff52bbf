"""The DNSSEC key of one zone: signatures made on demand, with a validity that the test may choose."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

import dns.dnssec
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec
from dns.name import Name
from dns.rdtypes.ANY.DNSKEY import DNSKEY

_SECURE_ENTRY_POINT = 257


@dataclass
class Signing:
    """One combined signing key (ECDSA P-256), as small DNS hosts use it."""

    origin: Name
    key: ec.EllipticCurvePrivateKey
    dnskey: DNSKEY
    inception: datetime
    expiration: datetime
    _signatures: dict[tuple[object, ...], dns.rrset.RRset] = field(default_factory=dict)

    @classmethod
    def fresh(cls, origin: Name, inception: datetime | None = None, expiration: datetime | None = None) -> Self:
        """A new key; by default valid from an hour ago for two weeks."""
        key = ec.generate_private_key(ec.SECP256R1())
        dnskey = dns.dnssec.make_dnskey(key.public_key(), "ECDSAP256SHA256", flags=_SECURE_ENTRY_POINT)
        now = datetime.now(UTC)
        begin = inception or now - timedelta(hours=1)
        return cls(origin, key, dnskey, begin, expiration or now + timedelta(days=14))

    def ds(self) -> str:
        """The DS value (SHA-256) that the parent should hold."""
        return str(dns.dnssec.make_ds(self.origin, self.dnskey, "SHA256"))

    def signature(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        """The RRSIG set over `rrset`."""
        known = (rrset.name, rrset.rdtype, rrset.ttl, frozenset(rrset))
        if known not in self._signatures:
            rrsig = dns.dnssec.sign(
                rrset,
                self.key,
                self.origin,
                self.dnskey,
                inception=self.inception,
                expiration=self.expiration,
            )
            self._signatures[known] = dns.rrset.from_rdata(rrset.name, rrset.ttl, rrsig)
        return self._signatures[known]


def unrelated_ds(origin: str) -> str:
    """A well-formed DS value for `origin` that fits no key anybody serves."""
    return Signing.fresh(dns.name.from_text(origin)).ds()
