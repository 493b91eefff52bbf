"""The certificates, keys and kubeconfigs of one control plane."""

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_FOR = timedelta(days=30)
# The first address of the Service range and the names under which Pods call the API server.
SERVER_NAMES = (
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "localhost",
)
SERVER_ADDRESSES = ("127.0.0.1", "10.96.0.1")
CLIENTS = {
    "admin": ("admin", "system:masters"),
    "controller-manager": ("system:kube-controller-manager", None),
    "scheduler": ("system:kube-scheduler", None),
    "kwok": ("kwok", "system:masters"),
}


@dataclass(frozen=True)
class Pki:
    """A folder with the certificates and keys of one control plane."""

    directory: Path

    def file(self, name: str) -> Path:
        """Return the path of one of the files."""
        return self.directory / name

    def create(self, url: str) -> None:
        """Write everything that the programs of a control plane at `url` need."""
        self.directory.mkdir(mode=0o700)
        authority = _Authority.create()
        self.file("ca.crt").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVER_NAMES]
        alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in SERVER_ADDRESSES]
        self._issue(authority, "apiserver", _name("kube-apiserver"), alternatives)
        for client, (common_name, organization) in CLIENTS.items():
            self._issue(authority, client, _name(common_name, organization))
            credentials = {
                "client-certificate": str(self.file(f"{client}.crt")),
                "client-key": str(self.file(f"{client}.key")),
            }
            write_kubeconfig(self.file(f"{client}.kubeconfig"), url, self.file("ca.crt"), credentials)
        self._write_service_account_key()

    def _issue(
        self,
        authority: "_Authority",
        name: str,
        subject: x509.Name,
        alternatives: Sequence[x509.GeneralName] = (),
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self.file(f"{name}.key").write_bytes(_private(key))
        certificate = authority.sign(key.public_key(), subject, alternatives)
        self.file(f"{name}.crt").write_bytes(certificate.public_bytes(Encoding.PEM))

    def _write_service_account_key(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self.file("sa.key").write_bytes(_private(key))
        self.file("sa.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@dataclass(frozen=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls) -> "_Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("test control plane")
        builder = _builder(name, name, key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
        return cls(key, builder.sign(key, hashes.SHA256()))

    def sign(
        self, key: ec.EllipticCurvePublicKey, subject: x509.Name, alternatives: Sequence[x509.GeneralName]
    ) -> x509.Certificate:
        """Certify a server if it has alternative names, else a client."""
        usage = ExtendedKeyUsageOID.SERVER_AUTH if alternatives else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = _builder(subject, self.certificate.subject, key)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(issuer_key, critical=False)
        if alternatives:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return builder.sign(self.key, hashes.SHA256())


def write_kubeconfig(path: Path, url: str, ca_file: Path, user: dict[str, str]) -> Path:
    """Write a kubeconfig for one user of one API server; JSON is YAML too."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": url, "certificate-authority": str(ca_file)}}],
        "users": [{"name": "test", "user": user}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "current-context": "test",
    }
    path.write_text(json.dumps(config, indent=1))
    path.chmod(0o600)
    return path


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str, organization: str | None = None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(attributes)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
