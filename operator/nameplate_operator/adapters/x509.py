"""Makes, reads and checks X.509 certificates on elliptic curves; pure, but for the random numbers."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CLOCK_SKEW = timedelta(hours=1)
"""How far a client's clock may be behind: certificates are valid from that long before they are made."""
_LONGEST_COMMON_NAME = 64


@dataclass(frozen=True)
class KeyPair:
    """A certificate with its private key, both in PEM."""

    certificate_pem: str
    key_pem: str

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Return the certificate, parsed."""
        return x509.load_pem_x509_certificate(self.certificate_pem.encode())

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """Return the key, parsed."""
        key = load_pem_private_key(self.key_pem.encode(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("not a key on an elliptic curve")
        return key


def read_pair(certificate_pem: str, key_pem: str) -> KeyPair | None:
    """Return the pair if both can be read and belong together."""
    pair = KeyPair(certificate_pem, key_pem)
    try:
        return pair if pair.key.public_key() == pair.certificate.public_key() else None
    except (ValueError, TypeError):
        return None


def read_bundle(pem: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a bundle, none of one that cannot be read."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError:
        return ()


def to_pem(certificate: x509.Certificate) -> str:
    """Return the certificate in PEM."""
    return certificate.public_bytes(Encoding.PEM).decode()


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names that a certificate is for."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return tuple(extension.value.get_values_for_type(x509.DNSName))
    except (x509.ExtensionNotFound, ValueError):
        return ()


def signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Say whether the authority's key signed the certificate."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def valid(certificate: x509.Certificate, now: datetime) -> bool:
    """Say whether the certificate may be used at this instant."""
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def make_authority(now: datetime, life: timedelta) -> KeyPair:
    """Return a new authority's certificate, signed by itself; no two have the same name."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = now.replace(microsecond=0)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Nameplate CA {secrets.token_hex(8)}")])
    builder = (
        _builder(name, name, key.public_key(), (now, now + life))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def make_leaf(authority: KeyPair, names: tuple[str, ...], now: datetime, life: timedelta) -> KeyPair:
    """Return a certificate for servers of these names, with a key of its own; it never outlives its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = now.replace(microsecond=0)
    common = [x509.NameAttribute(NameOID.COMMON_NAME, names[0])] if len(names[0]) <= _LONGEST_COMMON_NAME else []
    issuer = authority.certificate
    end = min(now + life, issuer.not_valid_after_utc)
    alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    builder = (
        _builder(x509.Name(common), issuer.subject, key.public_key(), (now, end))
        .add_extension(alternative, critical=not common)  # RFC 5280, section 4.2.1.6
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    return _pair(builder.sign(authority.key, hashes.SHA256()), key)


def bundle(certificates: Iterable[x509.Certificate]) -> str:
    """Return certificates one after the other in PEM, each once."""
    return "".join(dict.fromkeys(map(to_pem, certificates)))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    validity: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0] - CLOCK_SKEW)
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> KeyPair:
    key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return KeyPair(to_pem(certificate), key_pem)
