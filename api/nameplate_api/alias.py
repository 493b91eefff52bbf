"""The paths at which Analytics.js is served beside its standard one: what may be chosen, and the default."""

import base64
import hashlib

from nameplate_api.schema import matching

ALIAS_LENGTH = 128
_PART = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}"
ALIAS_PATTERN = f"^{_PART}(/{_PART}){{0,3}}$"
"""Without dots, so that no alias with .min.js behind it is another one with .js behind it."""
_TAKEN = ("v1", "analytics.js", "analytics-next", "next-integrations", ".well-known")
"""What the ingestion service answers itself, by the first part of the path."""
ALIAS_RULES = matching(
    ALIAS_PATTERN,
    "write up to four parts of letters, digits, hyphens and underscores with a slash between them, without .js, "
    "such as m5/app",
    (
        f"!(self.split('/')[0].lowerAscii() in {list(_TAKEN)})",
        f"begin with another part: {', '.join(_TAKEN)} are paths of the service itself",
    ),
)
_HASH_LENGTH = 10
"""Characters of each part of a default alias: 50 bits."""


def default_alias(namespace: str, source: str) -> str:
    """Return the alias of a source without a chosen one: a part for the namespace, and one for the source in it.

    Neither name can be read off it: what a namespace is called is nobody's business on the page of a customer.
    """
    return f"{_hashed(namespace)}/{_hashed(f'{namespace}/{source}')}"


def _hashed(text: str) -> str:
    digest = hashlib.sha256(f"nameplate alias {text}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:_HASH_LENGTH]
