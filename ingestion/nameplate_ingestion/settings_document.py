"""What one settings document and its key files mean: a served domain, or a sentence on what is wrong and where."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nameplate_api.ingestion_settings import IngestionSettings
from nameplate_api.mounts import SINK
from nameplate_api.schema import HOST_PATTERN
from nameplate_api.sources import SourceType
from nameplate_api.text import printable
from nameplate_ingestion.key_files import KeyFiles
from nameplate_ingestion.served import Served, ToNobody
from nameplate_ingestion.sink_settings import find_destination, sink_files
from nameplate_ingestion.tenant import Limits, Source, Tenant

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
        return json.dumps(self.settings.content | {"revision": self.revision}, sort_keys=True) + "\n"


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


def named_files(settings: IngestionSettings) -> tuple[str, ...]:
    """Return the names of all files that the document names."""
    own = (source.write_key_file for source in settings.sources)
    return (*(name for name in own if name is not None), *sink_files(settings.sink))


def serve(document: Document, keys: KeyFiles) -> tuple[Served, list[str]]:
    """Return the domain with its keys as they stand, or stood last, in their files, and what is wrong with those."""
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
    awaits_keys = bool(missing)
    destination = find_destination(settings, sources, keys)
    if isinstance(destination, ToNobody):
        missing.append(SINK)
    away = _held_last(settings, keys, missing)
    aliases, taken = _alias_paths(settings, sources)
    tenant = Tenant(
        domain=settings.domain,
        uid=settings.uid,
        revision=document.revision,
        hosts=settings.hosts,
        sources=sources,
        aliases=aliases,
        missing_keys=(*missing, *away),
        awaits_keys=awaits_keys,
        limits=_limits(settings),
        trusted_proxies=settings.trusted_proxies,
        upstream=(settings.library.upstream or "").rstrip("/"),
    )
    problems = [f"no key file of {', '.join(missing)} in {keys.directory}"] if missing else []
    problems += [f"the key file of {', '.join(away)} is gone, and its last content stays in force"] if away else []
    problems += [f"another source has the write key of {', '.join(shared)} already"] if shared else []
    problems += [f"another source has the alias {', '.join(taken)} already"] if taken else []
    return Served(tenant, destination), problems


def _alias_paths(settings: IngestionSettings, sources: Mapping[bytes, Source]) -> tuple[dict[bytes, bytes], list[str]]:
    """Return whose library each alias path is, by write key, and the aliases that another source has already."""
    keys = {source.name: key for key, source in sources.items() if source.type is SourceType.ANALYTICS_JS}
    paths: dict[bytes, bytes] = {}
    taken: dict[str, None] = {}
    served = (source for source in settings.sources if source.name in keys)
    for name, alias in ((source.name, alias) for source in served for alias in source.aliases):
        for ending in (".js", ".min.js"):
            if paths.setdefault(f"/{alias}{ending}".encode(), keys[name]) != keys[name]:
                taken[alias] = None
    return paths, list(taken)


def _limits(settings: IngestionSettings) -> Limits:
    limits = settings.limits
    return Limits(event=limits.event_size, body=limits.body_size, events=limits.batch_events)


def _held_last(settings: IngestionSettings, keys: KeyFiles, missing: Collection[str]) -> list[str]:
    """Return who goes on with what a file held before it went away."""
    away = [source.name for source in settings.sources if source.write_key_file in keys.away]
    away += [SINK] if keys.away.intersection(sink_files(settings.sink)) else []
    return [name for name in away if name not in missing]


def _write_key(public: str | None, file: str | None, keys: KeyFiles) -> bytes | None:
    if file is not None:
        return keys.read(file)
    return public.encode() if public else None
