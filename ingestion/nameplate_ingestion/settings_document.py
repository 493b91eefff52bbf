"""What one settings document and its key files mean: a served domain, or a sentence on what is wrong and where."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nameplate_api.ingestion_settings import IngestionSettings, SinkSettings
from nameplate_api.mounts import SINK
from nameplate_api.schema import HOST_PATTERN
from nameplate_api.text import printable
from nameplate_ingestion.tenant import Limits, Source, Tenant

_LARGEST_FILE = 1024 * 1024
_HOST = re.compile(HOST_PATTERN)
_FILE_NAME = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_SHOWN = 200


class BadDocument(Exception):
    """The document cannot be used; the text names the field, and never repeats a value."""


@dataclass(frozen=True, slots=True)
class Document:
    """Settings as they were written, with the revision that their writer gave them."""

    settings: IngestionSettings
    revision: str

    @property
    def names(self) -> frozenset[str]:
        """Return the domain and its hosts, each of which only one document may have."""
        return frozenset({self.settings.domain, *self.settings.hosts})

    def text(self) -> str:
        """Return a document that says the same."""
        content = self.settings.model_dump(mode="json", by_alias=True, exclude_none=True)
        return json.dumps(content | {"revision": self.revision}, sort_keys=True) + "\n"


@dataclass(frozen=True, slots=True)
class Served:
    """A domain as it is served: to whom, and where its events go."""

    tenant: Tenant
    sink: SinkSettings
    secrets: Mapping[str, bytes] = field(repr=False)
    """Contents of the files that the sink names; one that is missing is left out."""
    keys: Path
    """The directory of those files."""
    shared_keys: tuple[str, ...]
    """Sources whose write key another source has already, which are not served."""


def parse(text: bytes) -> Document:
    """Return what the text says. Raises BadDocument."""
    try:
        content = json.loads(text)
    except ValueError as error:
        place = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadDocument(f"is not JSON{place}") from error
    if not isinstance(content, dict):
        raise BadDocument("is not a JSON object")
    revision = content.pop("revision", None)
    try:
        settings = IngestionSettings.model_validate(content)
    except ValidationError as error:
        raise BadDocument("; ".join(_sentence(each) for each in error.errors(include_url=False)[:5])) from error
    _check_names(settings)
    if revision is not None and not isinstance(revision, str):
        raise BadDocument("revision: should be a string")
    return Document(settings, revision or settings.revision)


def _sentence(error: ErrorDetails) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "the document"
    said = "is not a field that is known here" if error["type"] == "extra_forbidden" else error["msg"]
    return printable(f"{where}: {said[0].lower()}{said[1:]}"[:_SHOWN])


def _check_names(settings: IngestionSettings) -> None:
    if not _HOST.fullmatch(settings.domain):
        raise BadDocument("domain: should be a host name in lower case")
    if not settings.hosts or not all(_HOST.fullmatch(host) for host in settings.hosts):
        raise BadDocument("hosts: should be host names in lower case")
    files = [("sources", source.write_key_file) for source in settings.sources]
    files += [("sink", name) for name in sink_files(settings.sink)]
    for where, name in files:
        if name is not None and (not _FILE_NAME.fullmatch(name) or name.startswith("..")):
            raise BadDocument(f"{where}: a file should be named by letters, digits, hyphens, dots and underscores")


def sink_files(sink: SinkSettings) -> tuple[str, ...]:
    """Return the names of the files that the sink needs."""
    kafka = sink.kafka
    named = (
        sink.forward and sink.forward.write_key_file,
        kafka and kafka.tls and kafka.tls.ca_file,
        kafka and kafka.sasl and kafka.sasl.password_file,
    )
    return tuple(name for name in named if isinstance(name, str))


def named_files(settings: IngestionSettings) -> tuple[str, ...]:
    """Return the names of all files that the document names."""
    own = (source.write_key_file for source in settings.sources)
    return (*(name for name in own if name is not None), *sink_files(settings.sink))


def serve(document: Document, keys: Path) -> Served:
    """Return the domain with its keys as they stand in their files now."""
    settings = document.settings
    sources: dict[bytes, Source] = {}
    missing, shared = [], []
    for source in settings.sources:
        key = _write_key(source.write_key, source.write_key_file, keys)
        if key is None:
            missing.append(source.name)
        elif key in sources:
            shared.append(source.name)
        else:
            sources[key] = Source(source.name, source.type, source.durability)
    secrets = {name: text for name in sink_files(settings.sink) if (text := read_key(keys / name)) is not None}
    if len(secrets) < len(sink_files(settings.sink)):
        missing.append(SINK)
    tenant = Tenant(
        domain=settings.domain,
        uid=settings.uid,
        revision=document.revision,
        hosts=settings.hosts,
        sources=sources,
        missing_keys=tuple(missing),
        limits=_limits(settings),
        trusted_proxies=settings.trusted_proxies,
    )
    return Served(tenant, settings.sink, secrets, keys, tuple(shared))


def _limits(settings: IngestionSettings) -> Limits:
    limits = settings.limits
    return Limits(event=limits.event_size, body=limits.body_size, events=limits.batch_events)


def _write_key(public: str | None, file: str | None, keys: Path) -> bytes | None:
    if file is not None:
        return read_key(keys / file)
    return public.encode() if public else None


def read_key(file: Path) -> bytes | None:
    """Return what the file holds without the line break at its end; None if there is no file, or nothing in it."""
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST_FILE).rstrip(b"\r\n") or None
    except OSError:
        return None
