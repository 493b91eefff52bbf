"""The write key of a request: from Basic authentication, the body, its events or the query, and the same in all."""

import binascii
from collections.abc import Iterable
from functools import lru_cache

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.tenant import Source, Tenant


def find_source(tenant: Tenant, authorization: bytes | None, said: Iterable[str | None]) -> Source:
    """Return the source whose key the request gives; null and empty keys give none. Raises Refusal.

    A Bearer token is no key: OAuth clients give theirs in the body as well (Segment's HTTP API, "OAuth").
    """
    keys = {key.encode("utf-8", "surrogatepass") for key in said if key}
    if (user := _basic_user(authorization)) is not None:
        keys.add(user)
    if not keys:
        raise Refusal(Row.NO_WRITE_KEY)
    if len(keys) > 1:
        raise Refusal(Row.CONFLICTING_WRITE_KEYS, f"{len(keys)} different ones were given")
    source = tenant.sources.get(keys.pop())
    if source is None:
        raise Refusal(Row.KEY_MISSING if tenant.awaits_keys else Row.UNKNOWN_WRITE_KEY)
    return source


def check_user(tenant: Tenant, authorization: bytes | None) -> None:
    """Refuse a key of Basic authentication that is no source's, which nothing in a body can mend. Raises Refusal."""
    if _basic_user(authorization) is not None:
        find_source(tenant, authorization, ())


@lru_cache(maxsize=128)
def _basic_user(authorization: bytes | None) -> bytes | None:
    """Return the user (RFC 7617) whatever the password; credentials that cannot be read are a key that nobody has."""
    if authorization is None or authorization[:6].lower() != b"basic ":
        return None
    credentials = authorization[6:].strip().rstrip(b"=")
    try:
        credentials = binascii.a2b_base64(credentials + b"=" * (-len(credentials) % 4), strict_mode=True)
        return credentials.partition(b":")[0] or None
    except ValueError:
        return authorization
