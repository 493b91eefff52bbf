"""The self-signed authority over years of a clock that the test turns: renewal, succession, loss, long absence."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from cryptography import x509

from nameplate_operator.adapters.self_signed_authority import SelfSignedAuthority
from tests.nameplate_operator.adapters.issuing import CA, edited, entry, leaf_of, looked_after, request, verify
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH

DAY = timedelta(days=1)
SECRET = request().secret


@pytest.fixture
def cluster() -> MemoryCluster:
    return MemoryCluster()


@pytest.fixture
def authority(cluster: MemoryCluster) -> SelfSignedAuthority:
    return SelfSignedAuthority(cluster, "nameplate-system")


def bundle_of(cluster: MemoryCluster) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(entry(cluster, SECRET, "ca.crt").encode())


def signer_of(cluster: MemoryCluster) -> x509.Name:
    return leaf_of(cluster, request()).issuer


async def test_who_trusts_yesterdays_bundle_verifies_todays_certificate_for_twelve_years(
    cluster: MemoryCluster, authority: SelfSignedAuthority
) -> None:
    announced: dict[x509.Name, datetime] = {}
    first_signed: dict[x509.Name, datetime] = {}
    serials: dict[int, datetime] = {}
    yesterday = ""
    for day in range(12 * 365):
        now = EPOCH + day * DAY
        await looked_after(authority, request(), now)
        leaf, trust = leaf_of(cluster, request()), entry(cluster, SECRET, "ca.crt")
        assert leaf.not_valid_after_utc - now >= 29 * DAY
        verify(leaf, trust, "cdp.acme.com", now)
        verify(leaf, yesterday or trust, "api.cdp.acme.com", now)
        for authority_certificate in bundle_of(cluster):
            announced.setdefault(authority_certificate.subject, now)
        first_signed.setdefault(leaf.issuer, now)
        serials.setdefault(leaf.serial_number, now)
        yesterday = trust
    assert len(first_signed) == 3
    for name, since in list(first_signed.items())[1:]:
        assert since - announced[name] >= 90 * DAY
    renewals = sorted(serials.values())
    assert all(later - earlier <= 60 * DAY for earlier, later in pairwise(renewals))
    # One every 60 days, and one more at each succession.
    assert len(renewals) <= 12 * 365 / 60 + 3
    assert [ref.name for ref in cluster.objects if ref.kind.kind == "Secret"] == ["nameplate-ca", "web-tls"]


async def test_the_bundle_names_the_successor_before_the_certificate_is_due(
    cluster: MemoryCluster, authority: SelfSignedAuthority
) -> None:
    await looked_after(authority, request(), EPOCH)
    day = EPOCH + 5 * 365 * DAY - 180 * DAY
    await looked_after(authority, request(), day - 59 * DAY)
    before = leaf_of(cluster, request())
    assert len(bundle_of(cluster)) == 1
    await looked_after(authority, request(), day)
    assert len(bundle_of(cluster)) == 2
    assert leaf_of(cluster, request()) == before


async def test_a_lost_authority_is_made_anew_and_its_leaves_are_replaced_over_a_day(
    cluster: MemoryCluster, authority: SelfSignedAuthority
) -> None:
    wanted = [request(f"cdp.tenant{i}.com", f"web{i}", f"uid-{i}") for i in range(40)]
    for one in wanted:
        await looked_after(authority, one, EPOCH)
    old = entry(cluster, CA, "ca.crt")
    cluster.objects.pop(CA)
    cluster.events.clear()
    replaced = []
    for hour in range(26):
        now = EPOCH + DAY + timedelta(hours=hour)
        for one in wanted:
            found = await looked_after(authority, one, now)
            verify(leaf_of(cluster, one), found.trust, one.names[0], now)
        replaced.append(sum(entry(cluster, one.secret, "ca.crt") != old for one in wanted))
    assert replaced[-1] == 40
    assert max(later - earlier for earlier, later in pairwise([0, *replaced])) <= 10
    reasons = [event.reason for event in cluster.events]
    assert reasons.count("CertificateAuthorityMade") == 1
    assert sorted(event.uid for event in cluster.events if event.reason == "CertificateAuthorityReplaced") == sorted(
        f"uid-{i}" for i in range(40)
    )


async def test_an_orderly_succession_raises_no_alarm(cluster: MemoryCluster, authority: SelfSignedAuthority) -> None:
    for day in range(6 * 365):
        await looked_after(authority, request(), EPOCH + day * DAY)
    assert [event.reason for event in cluster.events] == ["CertificateAuthorityMade"]


async def test_a_damaged_authority_is_replaced_in_its_secret(
    cluster: MemoryCluster, authority: SelfSignedAuthority
) -> None:
    await looked_after(authority, request(), EPOCH)
    edited(cluster, CA, data={"ca.crt": "AAAA", "ca.key": "AAAA"})
    await looked_after(authority, request(), EPOCH)
    found = await looked_after(authority, request(), EPOCH + DAY)
    assert found.trust == entry(cluster, CA, "ca.crt")
    verify(leaf_of(cluster, request()), found.trust, "cdp.acme.com", EPOCH + DAY)


@pytest.mark.parametrize("years", [1, 4.6, 4.9, 5.1, 7, 11, 30])
async def test_an_operator_that_was_away_for_years_goes_on_at_once(
    cluster: MemoryCluster, authority: SelfSignedAuthority, years: float
) -> None:
    await looked_after(authority, request(), EPOCH)
    now = EPOCH + timedelta(days=years * 365)
    found = await looked_after(authority, request(), now)
    assert found.current
    verify(leaf_of(cluster, request()), found.trust, "cdp.acme.com", now)
    writes = len(cluster.writes)
    await looked_after(authority, request(), now + timedelta(hours=1))
    assert len(cluster.writes) == writes
