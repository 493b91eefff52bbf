"""What is said of an upstream's files: a copy, why there is none, and how a fetch can end."""

import hashlib
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import NamedTuple


class Copy(NamedTuple):
    """A file as the upstream sent it."""

    body: bytes
    content_type: str
    gzip: bool
    """Whether the body is compressed, and wants ``Content-Encoding: gzip``."""
    validator: str
    """The upstream's ETag; empty: it named none."""
    etag: str
    """Our own, of the body: the same in all processes, whatever the upstream calls it."""

    @classmethod
    def of(cls, body: bytes, content_type: str, *, gzip: bool, validator: str) -> "Copy":
        """Return the copy, with its ETag."""
        return cls(body, content_type, gzip, validator, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


class Address(NamedTuple):
    """Where a file is."""

    base: str
    """URL of the upstream without a slash at its end."""
    path: str

    @property
    def url(self) -> str:
        """The whole URL."""
        return self.base + self.path


class Wanted(NamedTuple):
    """A file that a page loads, or a settings document."""

    address: Address
    domain: str | None
    """Which domain's allowance it is charged to; None: it is one of the settings documents, which are known to us."""


class Found(NamedTuple):
    """A copy to be served."""

    copy: Copy
    fresh_for: float
    """Seconds; 0: it is stale."""


class Missing(Enum):
    """Why there is no copy."""

    ABSENT = "the upstream has no such file"
    AWAY = "the upstream did not answer, or not usably"
    BUSY = "the upstream is being asked for too much else"


class Fetched(NamedTuple):
    """The upstream sent a file; None: what is kept of it still holds."""

    copy: Copy | None
    lifetime: float
    """Seconds for which it is fresh, as the upstream says, not bounded yet."""


class NotThere(Exception):
    """The upstream has no such file."""


class UpstreamTrouble(Exception):
    """The upstream sent nothing that can be used; the text is ours, and holds nothing of an answer."""

    def __init__(self, text: str, *, everything: bool = False, retry_after: float | None = None) -> None:
        """Say whether it is like that with every file, and the seconds for which it asked to be left alone."""
        super().__init__(text)
        self.everything = everything
        self.retry_after = retry_after


Fetch = Callable[[Address, str], Awaitable[Fetched]]
"""Asks the upstream for a file, given the ETag of what is kept of it. Raises NotThere and UpstreamTrouble."""
