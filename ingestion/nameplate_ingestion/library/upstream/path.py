"""Which paths an upstream CDN is asked for: strangers choose them, so that only plain ones are."""

import re
from urllib.parse import quote

MOST_OCTETS = 256

# No segment is empty or begins with a dot, nothing is encoded, and there is no query. The rest are the characters of
# names, versions and Base64 (the library's option `obfuscate`).
_SEGMENT = rb"[A-Za-z0-9_~+=@()-][A-Za-z0-9._~+=@()-]*"
_PATH = re.compile(rb"/next-integrations(?:/" + _SEGMENT + rb")+")


def file_path(target: bytes) -> str | None:
    """Return the path, below the upstream's URL, of the file that a request's target names; None: it names none."""
    if len(target) > MOST_OCTETS or not _PATH.fullmatch(target):
        return None
    return target.decode("ascii")


def settings_path(write_key: str) -> str:
    """Return the path of a source's settings document."""
    return f"/v1/projects/{quote(write_key, safe='')}/settings"
