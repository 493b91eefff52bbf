"""A domain with three sources, and the calls that reach it."""

import base64
from collections.abc import Mapping

from nameplate_api.custom_domain import Durability, SourceType
from nameplate_ingestion.admission.respond import Outcome, respond
from nameplate_ingestion.call import Call
from nameplate_ingestion.tenant import Limits, Source, Tenant

HOST = b"events.acme.example"
NOW = 1_900_000_000.25
WEB = Source("web", SourceType.ANALYTICS_JS, Durability.DISK)
BACKEND = Source("backend", SourceType.GO, Durability.SINK)
MAIL = Source("mail", SourceType.PIXEL, Durability.MEMORY)
ACME = Tenant(
    domain="acme/events",
    uid="0b7c",
    revision="00112233aabbccdd",
    hosts=("events.acme.example",),
    sources={b"web-key": WEB, b"backend-key": BACKEND, b"mail-key": MAIL},
    missing_keys=("billing",),
    limits=Limits(event=1000, body=20_000, events=50),
)
OTHER = Tenant("other/events", "77aa", "ff00", ("events.other.example",), {b"other-key": WEB})
TENANTS = {HOST: ACME, b"events.other.example": OTHER}


def basic(user: str, password: str = "") -> bytes:
    """Return the Authorization header of Basic authentication."""
    return b"Basic " + base64.b64encode(f"{user}:{password}".encode())


def a_call(
    target: str = "/v1/track",
    body: bytes = b"",
    *,
    method: str = "POST",
    headers: Mapping[str, bytes] | None = None,
    host: bytes = HOST,
) -> Call:
    """Return a call from behind one proxy."""
    named = {name.encode(): value for name, value in (headers or {}).items()}
    return Call(method.encode(), target.encode(), host, named, body, "10.0.0.1")


def answer(call: Call) -> Outcome:
    """Return what the two domains' service makes of a call."""
    return respond(call, TENANTS, NOW)


def a_post(body: bytes, target: str = "/v1/track", **headers: bytes) -> Call:
    """Return a POST; an underscore in a header's name is a hyphen."""
    return a_call(target, body, headers={name.replace("_", "-"): value for name, value in headers.items()})
