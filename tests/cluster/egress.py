"""The guard that keeps a Python process from sending anything off this machine.

It is an audit hook: it sees every socket of the process, whatever library opened it.  What it stops looks like a
network that is down to the code that tried; the attempt is recorded as well, so that a test fails even where that
code takes a network that is down in its stride.  Children are guarded by way of `guarded/sitecustomize.py`.
"""

import errno
import ipaddress
import os
import socket
import sys
from pathlib import Path

# The file that attempts are recorded in, of a test process and of its children.
RECORD = "NAMEPLATE_EGRESS_RECORD"
REFUSAL = "tests may not leave the machine"
GUARDED = Path(__file__).parent / "guarded"

_ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_RESOLVING = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_WATCHED = _ADDRESSED | _RESOLVING | {"socket.gethostbyaddr"}


def install(record: Path) -> None:
    """Guard this process, for good, and let its children be guarded too."""
    os.environ[RECORD] = str(record)
    paths = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(GUARDED), *paths]))
    sys.addaudithook(_hook)


def install_in_child() -> None:
    """Guard a process whose parent is guarded."""
    if RECORD in os.environ:
        sys.addaudithook(_hook)


def child_environment() -> dict[str, str]:
    """Return what a child's environment must hold for it to be guarded, for those who do not pass on all of ours."""
    return {name: os.environ[name] for name in (RECORD, "PYTHONPATH") if RECORD in os.environ}


def attempts() -> list[str]:
    """Return and forget what was stopped since the last call, in this process and its children."""
    record = Path(os.environ[RECORD])
    if not record.exists():
        return []
    lines = record.read_text().splitlines()
    record.unlink()
    return lines


def stays_here(host: object) -> bool:
    """Tell whether a host, as Python's socket functions take it, is this machine's loopback."""
    address = _address(host)
    if address is None:
        return host in (None, "", "localhost", os.uname().nodename) or str(host).endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback or address.is_unspecified)


def _address(host: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _target(event: str, arguments: tuple[object, ...]) -> object:
    """Return the host that an audited call is about, None if it is about no host."""
    if event in _ADDRESSED:
        connection, address = arguments
        internet = getattr(connection, "family", None) in (socket.AF_INET, socket.AF_INET6)
        return address[0] if internet and isinstance(address, tuple) else None
    # Looking up what is an address already asks nobody; the connection that follows is seen by itself.
    if event in _RESOLVING and _address(arguments[0]) is not None:
        return None
    return arguments[0]


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event in _WATCHED:
        host = _target(event, arguments)
        if not stays_here(host):
            _refuse(f"{event} {host!r}")


def _refuse(attempt: str) -> None:
    with Path(os.environ[RECORD]).open("a") as record:
        record.write(f"{attempt} by process {os.getpid()} ({' '.join(sys.orig_argv[:4])[:120]})\n")
    raise OSError(errno.ENETUNREACH, f"{REFUSAL}: {attempt}")
