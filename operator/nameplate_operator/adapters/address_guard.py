"""Which addresses may be asked at all: a tenant's NS names must not steer our packets inside."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_ALSO_SPECIAL = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "fec0::/10",
        "5f00::/16",
    )
)
"""Special-purpose ranges (IANA registries, RFC 6890) that Python's is_global lets through in some versions."""


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Admits public addresses, and special-purpose ones within ``allowed`` or ``everything``."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()
    addresses: frozenset[str] = frozenset()
    """Addresses admitted one by one, such as those of configured root servers."""
    everything: bool = False

    def admits(self, text: str) -> bool:
        """Say whether the address may be asked."""
        try:
            address = ip_address(text)
        except ValueError:
            return False
        if address.is_multicast or address.is_unspecified:
            return False
        listed = self.everything or text in self.addresses or any(address in network for network in self.allowed)
        return listed or all(_is_public(inner) for inner in _meant(address))


def _meant(address: IPv4Address | IPv6Address) -> Iterable[IPv4Address | IPv6Address]:
    """Yield the address and the IPv4 address that it carries: where packets end up."""
    yield address
    if isinstance(address, IPv4Address):
        return
    for inner in (address.ipv4_mapped, address.sixtofour):
        if inner is not None:
            yield inner


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return False
    special = address.is_multicast or address.is_reserved or any(address in network for network in _ALSO_SPECIAL)
    return address.is_global and not special
