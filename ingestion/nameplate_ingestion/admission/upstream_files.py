"""Answers that take an upstream CDN: files that pages load of it, and our settings documents with its own in them."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.library_files import JSON, READERS, SHORT, find_names, make_file_reply, represent
from nameplate_ingestion.admission.negotiation import choose_coding
from nameplate_ingestion.admission.replies import refused
from nameplate_ingestion.admission.routes import Kind, Route
from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.library.coding import Coding
from nameplate_ingestion.library.project_settings import project_settings
from nameplate_ingestion.library.shelf import Representation
from nameplate_ingestion.library.upstream.path import settings_path
from nameplate_ingestion.library.upstream.settings import BadSettings, merge
from nameplate_ingestion.library.upstream.terms import Address, Found, Missing, Wanted
from nameplate_ingestion.tenant import Tenant

_ROWS = {
    Missing.ABSENT: Row.UNKNOWN_INTEGRATION,
    Missing.AWAY: Row.UPSTREAM_AWAY,
    Missing.BUSY: Row.UPSTREAM_BUSY,
}
_MINUTE = 60
_SOON = (b"cache-control", b"public, max-age=60")
_NO_STORE = (b"cache-control", b"no-store")
_MOST_MERGED = 32
"""Documents that are put together and compressed once only."""


class Ask(NamedTuple):
    """What an upstream must be asked, and what the client is told then."""

    wanted: Wanted
    finish: Callable[[Found | Missing], tuple[Reply, Row]]


def ask_for_file(call: Call, tenant: Tenant, route: Route) -> Ask:
    """Return what it takes to answer with an upstream's file. Raises Refusal."""
    if not tenant.upstream:
        raise Refusal(Row.UNKNOWN_INTEGRATION)
    address = Address(tenant.upstream, route.named.decode("ascii"))
    return Ask(Wanted(address, tenant.domain), partial(_file, call))


def ask_for_settings(call: Call, tenant: Tenant, route: Route) -> Ask:
    """Return what it takes to answer with a source's settings. Raises Refusal."""
    names = find_names(call, tenant, route)
    address = Address(tenant.upstream, settings_path(names.key))
    return Ask(Wanted(address, None), partial(_settings, call, project_settings(names), tenant.upstream))


def wanted_documents(tenants: Iterable[Tenant]) -> list[Address]:
    """Return where the settings documents are that ours take something from."""
    return [
        Address(tenant.upstream, settings_path(key.decode(errors="replace")))
        for tenant in tenants
        if tenant.upstream
        for key, source in tenant.sources.items()
        if source.type in READERS[Kind.SETTINGS]
    ]


def _file(call: Call, told: Found | Missing) -> tuple[Reply, Row]:
    if isinstance(told, Missing):
        return refused(call, _ROWS[told]), _ROWS[told]
    copy = told.copy
    # In whole minutes, so that few heads of answers differ. As the upstream does, it is sent compressed to those who
    # cannot read that too: nobody who runs scripts is one of them.
    seconds = _MINUTE * max(1, int(told.fresh_for // _MINUTE))
    headers = (b"cache-control", b"public, max-age=%d" % seconds), (b"content-type", copy.content_type.encode())
    coding = Coding.GZIP if copy.gzip else Coding.IDENTITY
    file = Representation(copy.body, b"", coding, copy.etag.encode())
    return make_file_reply(call, file, headers, Row.INTEGRATION_FILE)


def _settings(call: Call, ours: bytes, upstream: str, told: Found | Missing) -> tuple[Reply, Row]:
    """Return our document, with the upstream's in it if there is one.

    A page that gets ours alone runs no destination of its own, but sends its events, which go on from us: hence no
    cache may keep it for as long as the upstream may have more to say.
    """
    cache, document = _SOON if told is Missing.ABSENT else _NO_STORE, represent(ours, Coding.IDENTITY)
    if isinstance(told, Found):
        try:
            merged = _merged(ours, told.copy.body, upstream)
        except BadSettings:
            # Kept on disk by another version of us, which took it for one.
            cache = _SOON
        else:
            cache = SHORT if told.fresh_for else _SOON
            document = merged[choose_coding(call.headers.get(b"accept-encoding"), frozenset(merged))]
    return make_file_reply(call, document, (cache, JSON), Row.PROJECT_SETTINGS)


@lru_cache(maxsize=_MOST_MERGED)
def _merged(ours: bytes, theirs: bytes, upstream: str) -> Mapping[Coding, Representation]:
    plain = merge(ours, theirs, upstream)
    zipped = zlib.compress(plain, wbits=zlib.MAX_WBITS | 16)
    return {
        Coding.IDENTITY: represent(plain, Coding.IDENTITY),
        Coding.GZIP: represent(zipped, Coding.GZIP),
    }
