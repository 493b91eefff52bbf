"""What every CertificateAuthority does: the self-signed one, and the one in memory that tables are tested with."""

from datetime import timedelta

import pytest

from nameplate_operator.adapters.self_signed_authority import SelfSignedAuthority
from nameplate_operator.ports import CertificateAuthority, CertificateRequest, Holding
from tests.nameplate_operator.adapters.issuing import request
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH, MemoryAuthority

NAMES = ("cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com")


class Contract:
    """The contract; a subclass gives ``authority``."""

    @pytest.fixture
    def wanted(self) -> CertificateRequest:
        return request()

    async def test_where_nothing_was_issued_nothing_is_at_hand(
        self, authority: CertificateAuthority, wanted: CertificateRequest
    ) -> None:
        assert await authority.observe(wanted, EPOCH) == Holding()

    async def test_what_was_issued_is_at_hand_valid_and_current(
        self, authority: CertificateAuthority, wanted: CertificateRequest
    ) -> None:
        await authority.issue(wanted, EPOCH)
        holding = await authority.observe(wanted, EPOCH)
        assert not holding.foreign
        certificate = holding.certificate
        assert certificate is not None
        assert certificate.names == NAMES
        assert certificate.current
        assert certificate.not_before <= EPOCH < certificate.renewal_at < certificate.not_after

    async def test_issuing_what_is_at_hand_changes_nothing(
        self, authority: CertificateAuthority, wanted: CertificateRequest
    ) -> None:
        await authority.issue(wanted, EPOCH)
        before = await authority.observe(wanted, EPOCH)
        await authority.issue(wanted, EPOCH)
        assert await authority.observe(wanted, EPOCH + timedelta(hours=1)) == before


class TestSelfSigned(Contract):
    @pytest.fixture
    def authority(self) -> CertificateAuthority:
        return SelfSignedAuthority(MemoryCluster(), "nameplate-system")


class TestMemory(Contract):
    @pytest.fixture
    def authority(self) -> CertificateAuthority:
        return MemoryAuthority()
