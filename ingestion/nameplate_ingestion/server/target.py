"""Request line and Host: what is asked for, and under which name (RFC 9112, 3)."""

import re
from functools import lru_cache

from nameplate_ingestion.server.unserved import Unserved, UnservedRequest

REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!\x22\x24-~]+) HTTP/([0-9])\.([0-9])\r\n")
"""Method, target, version: single spaces, visible ASCII, no fragment, nothing else."""
METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH"})
"""CONNECT would make us a proxy and TRACE would read cookies aloud."""
_SLASH = ord("/")
_ABSOLUTE = re.compile(rb"https?://([^/?]+)(.*)", re.IGNORECASE)
_AUTHORITY = re.compile(rb"([A-Za-z0-9._~\-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?")


@lru_cache(maxsize=1024)
def name_of(authority: bytes) -> bytes:
    """Return the host of an authority in lower case, without port and final dot. Raises UnservedRequest."""
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise UnservedRequest(Unserved.MALFORMED)
    return match[1].lower().removesuffix(b".")


def resolve(method: bytes, target: bytes, host: bytes | None, *, http11: bool) -> tuple[bytes, bytes]:
    """Return the target as path and query, and the host that it belongs to. Raises UnservedRequest.

    Only HTTP/1.0 may come without Host. An absolute target outranks it (RFC 9112, 3.2.2), but it must be valid all the
    same.
    """
    if host is not None:
        name = name_of(host)
    elif http11:
        raise UnservedRequest(Unserved.MALFORMED)
    else:
        name = b""
    if target[0] == _SLASH or (target == b"*" and method == b"OPTIONS"):
        return target, name
    match = _ABSOLUTE.fullmatch(target)
    if match is None:
        raise UnservedRequest(Unserved.MALFORMED)
    path = match[2]
    if not path and method == b"OPTIONS":
        path = b"*"
    elif not path.startswith(b"/"):
        path = b"/" + path
    return path, name_of(match[1])
