"""Reads the mounted directories of settings and keys: what is served, and what is wrong with what was mounted.

    SETTINGS/settings.json           one domain, with its keys in KEYS/
    SETTINGS/NAME.json, SETTINGS/NAME/settings.json     one of several, with its keys in KEYS/NAME/

A document that cannot be used changes nothing: the last good one of that name stays in force. It is kept on disk too,
without any secret, so that a restart does not need a good one. A key stays in force while its file is away, in memory
only. Whoever mounts them replaces files as a kubelet does: old or new, never half.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from nameplate_api.mounts import SETTINGS_FILE
from nameplate_ingestion.key_files import KeyFiles
from nameplate_ingestion.served import Domains, Served
from nameplate_ingestion.settings_document import BadDocument, Document, named_files, parse, serve

_ALONE = ""
_LARGEST_DOCUMENT = 4 * 1024**2
Stamp = tuple[object, ...]


class Reading(NamedTuple):
    """What is served from now on."""

    domains: Domains
    problems: tuple[str, ...]
    """One sentence for each thing that is wrong with what is mounted, the file first."""
    complete: bool
    """Whether no document of the mount is missing from what is served: a name that is not served is nobody's."""


class SettingsReader:
    """Looks at the directories; every method may block on the file system."""

    def __init__(self, settings: Path, keys: Path, copies: Path) -> None:
        self._settings, self._keys, self._copies = settings, keys, copies
        self._good = self._kept()
        self._key_stores: dict[str, KeyFiles] = {}
        self._problems: list[str] = []
        self._documents: Stamp | None = None
        self._key_files: Stamp | None = None

    def look(self) -> Reading | None:
        """Return what is served now, or None if nothing was replaced since the last look."""
        found = self._found()
        # Before anything is read: what is replaced meanwhile is read again at the next look.
        documents = _stamp(found.values())
        changed = documents != self._documents
        if changed:
            self._documents = documents
            self._problems = self._accept(found)
        key_files = _stamp(
            self._keys / name / file
            for name, document in self._good.items()
            for file in sorted(named_files(document.settings))
        )
        if not changed and key_files == self._key_files:
            return None
        self._key_files = key_files
        return self._reading()

    def _found(self) -> dict[str, Path]:
        alone = self._settings / SETTINGS_FILE
        if alone.exists():
            return {_ALONE: alone}
        found: dict[str, Path] = {}
        with contextlib.suppress(OSError):
            for entry in sorted(self._settings.iterdir()):
                # A kubelet's own entries begin with two dots.
                if entry.name.startswith("."):
                    continue
                file = entry / SETTINGS_FILE if entry.is_dir() else entry
                if file.suffix == ".json" and file.is_file():
                    found[entry.name.removesuffix(".json")] = file
        return found

    def _accept(self, found: Mapping[str, Path]) -> list[str]:
        """Take over the documents that can be used, and return what is wrong with the others."""
        if not found:
            return [f"{self._settings}: holds no settings document"]
        problems: list[str] = []
        for gone in self._good.keys() - found.keys():
            del self._good[gone]
            self._key_stores.pop(gone, None)
            self._copy_of(gone).unlink(missing_ok=True)
        read: dict[str, Document] = {}
        for name, file in found.items():
            try:
                read[name] = parse(_content(file))
            except BadDocument as error:
                problems.append(f"{file}: {error}")
        for name in self._without_conflicts(read, found, problems):
            if self._good.get(name) != read[name]:
                self._good[name] = read[name]
                self._keep(name, read[name])
        return problems

    def _without_conflicts(
        self, read: Mapping[str, Document], found: Mapping[str, Path], problems: list[str]
    ) -> list[str]:
        """Return the names of the documents that want no name of another; who has one keeps it."""
        holders: dict[str, str] = {}
        for name, document in self._good.items():
            wanted = read[name].names if name in read else document.names
            holders |= dict.fromkeys(document.names & wanted, name)
        accepted = []
        for name, document in read.items():
            held = sorted(each for each in document.names if holders.get(each, name) != name)
            if held:
                problems.append(f"{found[name]}: hosts: {held[0]} is served for {found[holders[held[0]]]} already")
                continue
            holders |= dict.fromkeys(document.names, name)
            accepted.append(name)
        return accepted

    def _reading(self) -> Reading:
        problems = list(self._problems)
        domains: dict[str, Served] = {}
        for name, document in self._good.items():
            served, wrong = serve(document, self._key_store(name, document))
            domains[served.tenant.domain] = served
            problems += [f"{self._settings / name}: {each}" for each in wrong]
        return Reading(domains, tuple(problems), complete=not self._problems)

    def _key_store(self, name: str, document: Document) -> KeyFiles:
        store = self._key_stores.setdefault(name, KeyFiles(self._keys / name))
        store.forget_others(named_files(document.settings))
        return store

    def _kept(self) -> dict[str, Document]:
        kept: dict[str, Document] = {}
        for file in sorted(self._copies.glob("*.json")):
            with contextlib.suppress(BadDocument):
                kept[file.name.removesuffix(".json").removeprefix("_")] = parse(_content(file))
        return kept

    def _copy_of(self, name: str) -> Path:
        return self._copies / f"_{name}.json"

    def _keep(self, name: str, document: Document) -> None:
        # Without a copy the service goes on all the same: the log says first that the disk is full.
        with contextlib.suppress(OSError):
            self._copies.mkdir(parents=True, exist_ok=True)
            new = self._copies / "document.new"
            with new.open("w", encoding="utf-8") as stream:
                stream.write(document.text())
                stream.flush()
                os.fsync(stream.fileno())
            new.replace(self._copy_of(name))


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST_DOCUMENT)
    except OSError as error:
        raise BadDocument(f"cannot be read: {error.strerror}") from error


def _stamp(files: Iterable[Path]) -> Stamp:
    return tuple((file, *_version(file)) for file in files)


def _version(file: Path) -> tuple[int, ...]:
    try:
        stat = file.stat()
    except OSError:
        return ()
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size
