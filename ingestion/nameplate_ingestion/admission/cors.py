"""What lets pages of other origins post events and read the answers (Fetch standard, "CORS protocol")."""

import re

Headers = tuple[tuple[bytes, bytes], ...]

_ORIGIN = re.compile(rb"[!-+\--~]{1,1024}")
"""Visible ASCII without a comma: never two joined values, and nothing that could end a header."""
_EXPOSED = (b"access-control-expose-headers", b"Retry-After, X-RateLimit-Reset")
_ANYBODY: Headers = ((b"access-control-allow-origin", b"*"), _EXPOSED)
# Credentials never allow "*" for headers, and authorization is not part of "*" in any case.
_PREFLIGHT: Headers = (
    (b"access-control-allow-headers", b"authorization, content-type, x-retry-count"),
    (b"access-control-max-age", b"7200"),
)


def cors_headers(origin: bytes | None) -> Headers:
    """Return the headers of every answer; a page that sends its cookies needs its own origin named."""
    if origin is None or not _ORIGIN.fullmatch(origin):
        return _ANYBODY
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
        _EXPOSED,
    )


def preflight_headers(methods: tuple[bytes, ...]) -> Headers:
    """Return what an answer to OPTIONS says besides."""
    return ((b"access-control-allow-methods", b", ".join(methods)), *_PREFLIGHT)
