"""The certificate of one domain as it stands in its Secret: read, judged, made; pure, but for the random numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.x509 import Certificate as X509Certificate

from nameplate_operator.adapters.self_signed_ca import LEAF_LIFE, AuthorityKeys, Step, encoded, text
from nameplate_operator.adapters.x509 import (
    KeyPair,
    make_leaf,
    names_of,
    read_bundle,
    read_pair,
    signed_by,
    to_pem,
    valid,
)
from nameplate_operator.ports import Certificate, CertificateRequest
from nameplate_operator.spread import share

REPLACED_WITHIN = timedelta(hours=24)
"""Over how long the leaves of a lost authority are replaced, so that not all clients lose trust at one moment."""


@dataclass(frozen=True)
class Leaf:
    """A certificate with its key and the bundle beside it."""

    pair: KeyPair
    bundle_pem: str

    def issued_by(self, keys: AuthorityKeys) -> bool:
        """Say whether the authority's present key signed it."""
        return signed_by(self.pair.certificate, keys.current.certificate)

    def announces(self, keys: AuthorityKeys) -> bool:
        """Say whether clients that trust its bundle trust the authority's present key."""
        return to_pem(keys.current.certificate) in map(to_pem, read_bundle(self.bundle_pem))


def read_leaf(data: Mapping[str, str], names: tuple[str, ...], now: datetime) -> Leaf | None:
    """Return the leaf that stands in a Secret's data, if it is whole, for these names, and chains to its bundle."""
    pair = read_pair(text(data, "tls.crt"), text(data, "tls.key"))
    bundle_pem = text(data, "ca.crt")
    if pair is None or set(names_of(pair.certificate)) != set(names):
        return None
    if not any(_vouches(authority, pair.certificate, now) for authority in read_bundle(bundle_pem)):
        return None
    return Leaf(pair, bundle_pem)


def to_certificate(leaf: Leaf, request: CertificateRequest, keys: AuthorityKeys | None, now: datetime) -> Certificate:
    """Return the leaf in the port's words."""
    return Certificate(
        names=request.names,
        not_before=leaf.pair.certificate.not_valid_before_utc,
        not_after=leaf.pair.certificate.not_valid_after_utc,
        trust=leaf.bundle_pem,
        current=keys is not None and keys.step(now) is Step.NONE and _current(leaf, request, keys, now),
    )


def renewed(leaf: Leaf | None, request: CertificateRequest, keys: AuthorityKeys, now: datetime) -> Leaf | None:
    """Return what must stand in the Secret instead of the leaf, None if that may stay."""
    if leaf is None or now >= to_certificate(leaf, request, keys, now).renewal_at:
        return _issued(request, keys, now)
    if _current(leaf, request, keys, now):
        return None
    return Leaf(leaf.pair, keys.bundle) if leaf.issued_by(keys) else _issued(request, keys, now)


def to_data(leaf: Leaf) -> dict[str, str]:
    """Return the Secret's data for a leaf."""
    return {
        "tls.crt": encoded(leaf.pair.certificate_pem),
        "tls.key": encoded(leaf.pair.key_pem),
        "ca.crt": encoded(leaf.bundle_pem),
    }


def _issued(request: CertificateRequest, keys: AuthorityKeys, now: datetime) -> Leaf:
    return Leaf(make_leaf(keys.current, request.names, now, LEAF_LIFE), keys.bundle)


def _current(leaf: Leaf, request: CertificateRequest, keys: AuthorityKeys, now: datetime) -> bool:
    if leaf.issued_by(keys):
        return leaf.bundle_pem == keys.bundle
    return now < keys.made_at + REPLACED_WITHIN * share(request.names[0])


def _vouches(authority: X509Certificate, certificate: X509Certificate, now: datetime) -> bool:
    return valid(authority, now) and signed_by(certificate, authority)
