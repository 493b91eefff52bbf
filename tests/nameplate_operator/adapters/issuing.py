"""What tests of the self-signed authority share: requests, Secrets read plainly, and a verifier that is not ours."""

import base64
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from nameplate_operator.adapters.self_signed_authority import SelfSignedAuthority
from nameplate_operator.ports import Certificate, CertificateRequest, Kind, Ref
from tests.nameplate_operator.memory_cluster import MemoryCluster

SECRET = Kind("v1", "Secret", "secrets")
CA = Ref(SECRET, "nameplate-ca", "nameplate-system")


def request(host: str = "cdp.acme.com", name: str = "web", uid: str = "uid-domain") -> CertificateRequest:
    """Return the request of a CustomDomain."""
    return CertificateRequest(
        secret=Ref(SECRET, f"{name}-tls", "acme"),
        names=(host, f"api.{host}", f"cdn.{host}"),
        labels={"app.kubernetes.io/managed-by": "nameplate", "nameplate.dev/domain": name},
        owner={"apiVersion": "nameplate.dev/v1alpha1", "kind": "CustomDomain", "name": name, "uid": uid},
    )


def entry(cluster: MemoryCluster, ref: Ref, name: str) -> str:
    """Return an entry of a Secret as it is mounted."""
    return base64.b64decode(cluster.objects[ref]["data"][name]).decode()


def leaf_of(cluster: MemoryCluster, wanted: CertificateRequest) -> x509.Certificate:
    """Return the certificate that a server would show."""
    return x509.load_pem_x509_certificate(entry(cluster, wanted.secret, "tls.crt").encode())


def verify(leaf: x509.Certificate, trust: str, host: str, now: datetime) -> None:
    """Verify as a client does that trusts this bundle and no other; raises VerificationError."""
    store = Store(x509.load_pem_x509_certificates(trust.encode()))
    policy = PolicyBuilder().store(store).time(now.replace(tzinfo=None))
    policy.build_server_verifier(x509.DNSName(host)).verify(leaf, [])


async def looked_after(authority: SelfSignedAuthority, wanted: CertificateRequest, now: datetime) -> Certificate:
    """Do what a pass does: look, issue if it is time, look again."""
    found = (await authority.observe(wanted, now)).certificate
    if found is None or not found.current or now >= found.renewal_at:
        await authority.issue(wanted, now)
        found = (await authority.observe(wanted, now)).certificate
    assert found is not None
    return found


def edited(cluster: MemoryCluster, ref: Ref, **changes: Any) -> None:
    """Change top-level fields of an object as somebody else would."""
    cluster.put({**cluster.objects[ref], **changes})
