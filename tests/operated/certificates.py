"""Certificates that a test plants: signed by the operator's own authority, as old as is wanted."""

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.operated.tenant import MERGE, Tenant


def plant_certificate(tenant: Tenant, *, age: timedelta, left: timedelta) -> str:
    """Put a certificate into the tls Secret that was issued so long ago and ends so soon, and return it in PEM."""
    authority = tenant.world.get(f"/api/v1/namespaces/{tenant.world.operator.namespace}/secrets/nameplate-ca")
    assert authority is not None, "the operator has no authority yet"
    signer = x509.load_pem_x509_certificate(base64.b64decode(authority["data"]["ca.crt"]))
    signing_key = load_pem_private_key(base64.b64decode(authority["data"]["ca.key"]), None)
    assert isinstance(signing_key, ec.EllipticCurvePrivateKey)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    names = [x509.DNSName(f"{label}{tenant.host}") for label in ("", "api.", "cdn.")]
    certificate = (
        x509.CertificateBuilder(signer.subject, x509.Name([]), key.public_key(), x509.random_serial_number())
        .not_valid_before(now - age)
        .not_valid_after(now + left)
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signing_key, hashes.SHA256())
    )
    chain = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    data = {"tls.crt": base64.b64encode(chain).decode(), "tls.key": base64.b64encode(private).decode()}
    answer = tenant.world.api.patch(tenant.child_path("secrets", "tls"), json={"data": data}, headers=MERGE)
    answer.raise_for_status()
    return chain.decode()


def certificate_at_hand(tenant: Tenant) -> str:
    """Return the certificate in the tls Secret, in PEM."""
    secret = tenant.child("secrets", "tls")
    assert secret is not None, "there is no tls Secret"
    return base64.b64decode(secret["data"]["tls.crt"]).decode()
