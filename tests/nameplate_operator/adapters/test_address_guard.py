"""Which addresses may be asked: public ones, and those that somebody listed."""

from ipaddress import ip_network

import pytest

from nameplate_operator.adapters.address_guard import AddressGuard

PUBLIC = ["198.41.0.4", "8.8.8.8", "2001:503:ba3e::2:30"]
SPECIAL = [
    "0.0.0.0",
    "10.0.0.53",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::fb",
    "no address",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_asked(address: str) -> None:
    assert AddressGuard().admits(address)


@pytest.mark.parametrize("address", SPECIAL)
def test_special_purpose_addresses_are_not(address: str) -> None:
    assert not AddressGuard().admits(address)


def test_listed_ranges_and_addresses_are() -> None:
    guard = AddressGuard((ip_network("10.1.0.0/16"), ip_network("fd00::/8")), frozenset({"192.168.1.1"}))
    assert [guard.admits(a) for a in ("10.1.2.3", "fd00::1", "192.168.1.1")] == [True, True, True]
    assert [guard.admits(a) for a in ("10.2.0.1", "fe80::1", "192.168.1.2")] == [False, False, False]


def test_everything_still_means_addresses_of_single_machines() -> None:
    guard = AddressGuard(everything=True)
    assert [guard.admits(a) for a in ("127.0.0.1", "10.0.0.1", "::1")] == [True, True, True]
    assert [guard.admits(a) for a in ("224.0.0.1", "ff02::1", "0.0.0.0", "::", "x")] == [False] * 5
