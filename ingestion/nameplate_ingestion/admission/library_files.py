"""Answers to those who load the library: the file for its source, its parts, and the settings that it begins with.

All of it is public and the same for everybody: no answer depends on a cookie or an origin, and any cache may hold it.
"""

from nameplate_api.sources import SourceType
from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.cors import Headers
from nameplate_ingestion.admission.negotiation import choose_coding, has_already
from nameplate_ingestion.admission.routes import Kind, Route
from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.library.coding import Coding
from nameplate_ingestion.library.project_settings import names_for, project_settings
from nameplate_ingestion.library.shelf import Library, Names, Representation, etag_of
from nameplate_ingestion.tenant import Tenant

READERS = {
    Kind.LIBRARY: frozenset({SourceType.ANALYTICS_JS}),
    Kind.SETTINGS: frozenset({SourceType.ANALYTICS_JS, SourceType.MOBILE}),
}
"""Sources whose keys anybody may know; that a server has a key is told to nobody."""
SHORT = (b"cache-control", b"public, max-age=300")
_LONG = (b"cache-control", b"public, max-age=31536000, immutable")
_COMMON: Headers = (
    (b"access-control-allow-origin", b"*"),
    # A page that embeds nothing without leave may embed this (Fetch standard, "CORP").
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"vary", b"Accept-Encoding"),
    (b"x-content-type-options", b"nosniff"),
)
_SCRIPT = (b"content-type", b"text/javascript; charset=utf-8")
JSON = (b"content-type", b"application/json")


def serve_file(call: Call, tenant: Tenant, route: Route, library: Library | None) -> tuple[Reply, Row]:
    """Return the answer and its row. Raises Refusal."""
    if route.kind is Kind.SETTINGS:
        settings = represent(project_settings(find_names(call, tenant, route)), Coding.IDENTITY)
        return make_file_reply(call, settings, (SHORT, JSON), Row.PROJECT_SETTINGS)
    if library is None:
        raise Refusal(Row.LIBRARY_MISSING)
    coding = choose_coding(call.headers.get(b"accept-encoding"))
    if route.kind is Kind.LIBRARY:
        file = library.file(find_names(call, tenant, route), coding)
        return make_file_reply(call, file, (SHORT, _SCRIPT), Row.LIBRARY_FILE)
    chunk = library.chunk(route.named.decode(), coding)
    if chunk is None:
        raise Refusal(Row.UNKNOWN_LIBRARY_FILE)
    return make_file_reply(call, chunk, (_LONG, _SCRIPT), Row.LIBRARY_FILE)


def find_names(call: Call, tenant: Tenant, route: Route) -> Names:
    """Return what is put into a file for whoever asks. Raises Refusal for a key that is not read in public."""
    source = tenant.sources.get(route.named)
    if source is None or source.type not in READERS[route.kind]:
        raise Refusal(Row.UNKNOWN_PROJECT)
    return names_for(call.host.decode(), tenant.hosts, route.named.decode(errors="replace"))


def represent(octets: bytes, coding: Coding) -> Representation:
    """Return octets, in their coding already, with their ETag."""
    return Representation(b"", octets, coding, etag_of(octets))


def make_file_reply(call: Call, found: Representation, headers: Headers, row: Row) -> tuple[Reply, Row]:
    """Return a file with Cache-Control and Content-Type, or that the client has it already; and the answer's row."""
    cache, content_type = headers
    etag = (b"etag", found.etag)
    if has_already(call.headers.get(b"if-none-match"), found.etag):
        return Reply(Row.NOT_MODIFIED.status, (cache, *_COMMON, etag), b""), Row.NOT_MODIFIED
    if found.coding is Coding.IDENTITY:
        return Reply(row.status, (content_type, cache, *_COMMON, etag), found.end, found.beginning), row
    encoding = (b"content-encoding", found.coding.token)
    return Reply(row.status, (content_type, encoding, cache, *_COMMON, etag), found.end, found.beginning), row
