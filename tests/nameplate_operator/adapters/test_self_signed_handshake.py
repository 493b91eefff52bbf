"""Certificates of the self-signed authority in real TLS, and their shape."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from nameplate_operator.adapters.self_signed_authority import SelfSignedAuthority
from tests.nameplate_operator.adapters.issuing import CA, entry, leaf_of, request, verify
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH

LONG = ".".join(["a" * 60] * 3 + ["a" * 54]) + ".acme"


@pytest.fixture
def cluster() -> MemoryCluster:
    return MemoryCluster()


@pytest.fixture
def authority(cluster: MemoryCluster) -> SelfSignedAuthority:
    return SelfSignedAuthority(cluster, "nameplate-system")


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> None:
    """Shake hands in memory; raises what the client raises."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_side = client.wrap_bio(to_client, to_server, server_hostname=host)
    server_side = server.wrap_bio(to_server, to_client, server_side=True)
    unfinished = [client_side, server_side]
    for _ in range(10):
        for side in tuple(unfinished):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            unfinished.remove(side)
    assert not unfinished


def served(cluster: MemoryCluster, directory: Path) -> ssl.SSLContext:
    """Return what an Ingress controller makes of the Secret."""
    secret = request().secret
    (directory / "tls.pem").write_text(entry(cluster, secret, "tls.key") + entry(cluster, secret, "tls.crt"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(directory / "tls.pem")
    return server


async def test_a_client_that_trusts_ca_crt_shakes_hands_with_every_host(
    cluster: MemoryCluster, authority: SelfSignedAuthority, tmp_path: Path
) -> None:
    await authority.issue(request(), datetime.now(UTC))
    server = served(cluster, tmp_path)
    client = ssl.create_default_context(cadata=entry(cluster, request().secret, "ca.crt"))
    for host in ("cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com"):
        handshake(server, client, host)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(server, client, "www.acme.com")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, ssl.create_default_context(), "cdp.acme.com")


@pytest.mark.parametrize("host", [pytest.param("cdp.acme.com", id="short"), pytest.param(LONG, id="242 octets")])
async def test_the_leaf_is_for_servers_of_the_three_hosts(
    cluster: MemoryCluster, authority: SelfSignedAuthority, host: str
) -> None:
    wanted = request(host)
    await authority.issue(wanted, EPOCH)
    leaf = leaf_of(cluster, wanted)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == [host, f"api.{host}", f"cdn.{host}"]
    assert names.critical == (len(host) > 64)
    assert [attribute.value for attribute in leaf.subject] == ([host] if len(host) <= 64 else [])
    assert isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)
    assert leaf.not_valid_after_utc - EPOCH == timedelta(days=90)
    assert leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value == x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.SERVER_AUTH]
    )
    for name in wanted.names:
        verify(leaf, entry(cluster, wanted.secret, "ca.crt"), name, EPOCH)


async def test_the_authority_may_sign_leaves_only_and_its_key_stays_with_it(
    cluster: MemoryCluster, authority: SelfSignedAuthority
) -> None:
    await authority.issue(request(), EPOCH)
    ca = x509.load_pem_x509_certificate(entry(cluster, CA, "ca.crt").encode())
    constraints = ca.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value) == (True, x509.BasicConstraints(ca=True, path_length=0))
    assert set(cluster.objects[request().secret]["data"]) == {"tls.crt", "tls.key", "ca.crt"}
    assert entry(cluster, request().secret, "ca.crt") == entry(cluster, CA, "ca.crt")


async def test_no_two_certificates_have_the_same_serial_or_key(
    cluster: MemoryCluster, authority: SelfSignedAuthority
) -> None:
    wanted = [request(f"cdp.tenant{i}.com", f"web{i}") for i in range(20)]
    for one in wanted:
        await authority.issue(one, EPOCH)
    leaves = [leaf_of(cluster, one) for one in wanted]
    assert len({leaf.serial_number for leaf in leaves}) == 20
    assert len({leaf.public_key().public_numbers() for leaf in leaves}) == 20  # type: ignore[union-attr]
