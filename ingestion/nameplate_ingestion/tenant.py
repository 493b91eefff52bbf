"""A tenant: what the service knows of one domain, found by Host before anything else of a request is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nameplate_api.request_limits import BATCH_EVENTS, BODY_SIZE, EVENT_SIZE
from nameplate_api.sources import Durability, SourceType


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may bring: octets and events."""

    event: int = EVENT_SIZE
    body: int = BODY_SIZE
    events: int = BATCH_EVENTS


@dataclass(frozen=True, slots=True)
class Source:
    """Something that sends events."""

    name: str
    type: SourceType
    durability: Durability


@dataclass(frozen=True, slots=True)
class Tenant:
    """One domain with its sources by write key."""

    domain: str
    uid: str
    revision: str
    hosts: tuple[str, ...]
    sources: Mapping[bytes, Source]
    missing_keys: tuple[str, ...] = ()
    """Names of the sources, and `SINK`, whose key file is not there; its last content may be in force still."""
    aliases: Mapping[bytes, bytes] = field(default_factory=dict)
    """Write keys by the paths, such as ``/m5/app.min.js``, that serve the library with them as well."""
    upstream: str = ""
    """URL of the CDN of what pages load besides the library, without a slash at its end; empty: there is none."""
    awaits_keys: bool = False
    """Whether some source has no key at all yet, so that a key that nobody has may be its own."""
    limits: Limits = Limits()
    trusted_proxies: int = 1
    """How many proxies stand in front, each of which adds an address to X-Forwarded-For."""


Tenants = Mapping[bytes, Tenant]
"""By host, in lower case."""
