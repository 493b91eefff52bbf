"""Reads where an Ingress is, from a status that any controller may have written."""

from ipaddress import ip_address

from nameplate_api.hostname import UnusableName, normalise
from nameplate_operator.ports import Manifest

_MOST_ADDRESSES = 16
_MOST_HOSTNAMES = 2


def shown(live: Manifest | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses and host names that an Ingress shows, each valid and not too many of them."""
    status = (live or {}).get("status") or {}
    entries = ((status.get("loadBalancer") or {}).get("ingress") or ())[:_MOST_ADDRESSES]
    addresses = sorted({address for entry in entries if (address := _address(entry.get("ip", "")))})
    hostnames = sorted({hostname for entry in entries if (hostname := _hostname(entry.get("hostname", "")))})
    return tuple(addresses), tuple(hostnames[:_MOST_HOSTNAMES])


def _hostname(text: str) -> str | None:
    try:
        return normalise(text)
    except UnusableName:
        return None


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
