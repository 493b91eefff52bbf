"""The certificates of the edge: by server name the tls Secret of the Ingress, else one that nobody trusts."""

import base64
import ssl
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.world.edge_watch import Key, Objects

_DEFAULT_NAME = "default.edge.invalid"


class Certificates:
    """Gives each TLS connection its certificate, by the name that the client sent."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[str, str], ssl.SSLContext | None] = {}
        self._by_host: dict[str, ssl.SSLContext] = {}
        self._others: dict[str, ssl.SSLContext] = {}
        self.everywhere: ssl.SSLContext | None = None
        """Shown whatever the client asks for."""
        self.context = _own(_DEFAULT_NAME)
        self.context.sni_callback = self._choose

    def follow(self, wanted: Mapping[str, Key], secrets: Objects) -> None:
        """Show each host the certificate of its Secret; a Secret that cannot be used is like none."""
        loaded: dict[tuple[str, str], ssl.SSLContext | None] = {}
        by_host: dict[str, ssl.SSLContext] = {}
        for host, key in wanted.items():
            secret = secrets.get(key)
            if secret is None:
                continue
            version = (secret["metadata"]["uid"], secret["metadata"]["resourceVersion"])
            if version not in loaded:
                loaded[version] = self._loaded[version] if version in self._loaded else _context(secret)
            if (context := loaded[version]) is not None:
                by_host[host] = context
        self._loaded, self._by_host = loaded, by_host

    def other(self, name: str) -> ssl.SSLContext:
        """Return a self-signed certificate of a name."""
        return self._others.setdefault(name, _own(name))

    def _choose(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        chosen = self.everywhere or self._by_host.get((name or "").lower())
        if chosen is not None:
            connection.context = chosen


def _context(secret: Mapping[str, Any]) -> ssl.SSLContext | None:
    data = secret.get("data") or {}
    with suppress(ValueError, KeyError, ssl.SSLError):
        return _serving(base64.b64decode(data["tls.crt"]), base64.b64decode(data["tls.key"]))
    return None


def _serving(certificate: bytes, key: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # OpenSSL reads files only.
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate + b"\n" + key)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _own(name: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _serving(certificate.public_bytes(serialization.Encoding.PEM), private)
