"""What the service says of itself to the operator: ``GET /.well-known/nameplate?nonce=…``."""

import re

import msgspec

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.tenant import Tenant

_NONCE = re.compile(rb"nonce=([A-Za-z0-9_-]{1,64})")


class _Identity(msgspec.Struct, rename="camel"):
    domain: str
    uid: str
    nonce: str
    revision: str
    missing_keys: tuple[str, ...]


_encode = msgspec.json.Encoder().encode


def identify(tenant: Tenant, query: bytes) -> bytes:
    """Return the JSON of ``nameplate_api.ingestion_settings.WellKnown``. Raises Refusal without a sound nonce."""
    nonce = _NONCE.fullmatch(query)
    if nonce is None:
        raise Refusal(Row.INVALID_QUERY, "expected nonce= and 1 to 64 letters, digits, - or _")
    return _encode(
        _Identity(tenant.domain, tenant.uid, nonce[1].decode(), tenant.revision, tenant.missing_keys),
    )
