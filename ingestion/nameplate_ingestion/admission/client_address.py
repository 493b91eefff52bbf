"""The address of the client, as the proxies that we trust tell it: X-Forwarded-For, counted from its end."""

import re
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")
"""Some proxies add the port: ``[2001:db8::1]:443``, ``192.0.2.1:443``."""
_MAPPED = "::ffff:"


def client_address(forwarded: bytes | None, peer: str, trusted_proxies: int) -> str:
    """Return an IP address in its canonical form; empty if it cannot be known.

    Each trusted proxy adds the address that it saw to the end, so the last ``trusted_proxies`` entries are true and the
    first of them is the client; what stands before those is whatever the client wrote. With fewer entries than proxies
    all are true.
    """
    if not trusted_proxies or not forwarded:
        return _canonical(peer)
    return _canonical(forwarded.rsplit(b",", trusted_proxies)[-trusted_proxies:][0].decode("latin-1").strip())


def _canonical(text: str) -> str:
    try:
        inet_pton(AF_INET, text)
    except (OSError, ValueError):
        return _canonical_6(text)
    return text


def _canonical_6(text: str) -> str:
    if match := _WITH_PORT.fullmatch(text):
        return _canonical(match[1] or match[2])
    try:
        address = inet_ntop(AF_INET6, inet_pton(AF_INET6, text))
    except (OSError, ValueError):
        return ""
    return address.removeprefix(_MAPPED) if "." in address else address
