"""The root servers: those of the public DNS, or those of a ``named.root`` file."""

from ipaddress import ip_address
from pathlib import Path

from nameplate_operator.adapters.master_file import without_dot
from nameplate_operator.ports import Server

_LARGEST = 1 << 20
_PUBLIC = """
a 198.41.0.4     2001:503:ba3e::2:30
b 170.247.170.2  2801:1b8:10::b
c 192.33.4.12    2001:500:2::c
d 199.7.91.13    2001:500:2d::d
e 192.203.230.10 2001:500:a8::e
f 192.5.5.241    2001:500:2f::f
g 192.112.36.4   2001:500:12::d0d
h 198.97.190.53  2001:500:1::53
i 192.36.148.17  2001:7fe::53
j 192.58.128.30  2001:503:c27::2:30
k 193.0.14.129   2001:7fd::1
l 199.7.83.42    2001:500:9f::42
m 202.12.27.33   2001:dc3::35
"""
"""Letters and addresses as IANA publishes them (named.root of 2024)."""


class BadHints(ValueError):
    """A hints file that names no root server with an address."""


def public_roots() -> tuple[Server, ...]:
    """Return the root servers of the public DNS, IPv4 first."""
    rows = [line.split() for line in _PUBLIC.strip().splitlines()]
    return tuple(Server(f"{row[0]}.root-servers.net", row[family]) for family in (1, 2) for row in rows)


def read_root_hints(path: Path) -> tuple[Server, ...]:
    """Return the root servers of a ``named.root`` file. Raises OSError or BadHints."""
    with path.open("rb") as file:
        text = file.read(_LARGEST).decode("utf-8", errors="replace")
    rows = [line.partition(";")[0].split() for line in text.splitlines()]
    records = [_record(row) for row in rows if len(row) >= 3]
    names = {without_dot(value) for owner, type_, value in records if owner == "." and type_ == "NS"}
    servers = tuple(
        Server(without_dot(owner), value)
        for owner, type_, value in records
        if type_ in ("A", "AAAA") and without_dot(owner) in names and _is_address(value)
    )
    if not servers:
        raise BadHints("it names no root server with an address")
    return tuple(sorted(servers, key=lambda server: ":" in server.address))


def _record(row: list[str]) -> tuple[str, str, str]:
    """Return owner, type and value; TTL and class may stand between, or be left out."""
    middle = [field for field in row[1:-1] if not field.isdigit() and field.upper() != "IN"]
    return row[0], (middle[-1].upper() if middle else ""), row[-1]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
