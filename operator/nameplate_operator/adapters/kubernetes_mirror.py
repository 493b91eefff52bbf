"""Holds what one watch shows, and our own writes ahead of it: never older than what was seen before."""

from collections.abc import Iterable
from typing import Any

from nameplate_operator.ports import Manifest

Key = tuple[str, str]
"""Namespace and name."""


class Mirror:
    """The objects of one kind; every method that changes it returns the objects, old and new, that differ.

    ``current`` says that it can be believed: listed, and the watch is open.
    """

    def __init__(self) -> None:
        self.current = False
        self._objects: dict[Key, Manifest] = {}
        self._deleted: set[str] = set()
        """Uids of what we deleted and the watch has not shown to be gone yet."""

    def get(self, namespace: str, name: str) -> Manifest | None:
        """Return the object; nobody may change it."""
        return self._objects.get((namespace, name))

    def replace(self, objects: Iterable[Manifest], version: str) -> list[Manifest]:
        """Take a full list of that version: what is not in it and not younger has vanished unseen."""
        listed = {_key(each): each for each in objects}
        self._deleted &= {each["metadata"]["uid"] for each in listed.values()}
        vanished = [
            key for key, known in self._objects.items() if key not in listed and _older(known, int(version) + 1)
        ]
        changed = [self._objects.pop(key) for key in vanished]
        for each in listed.values():
            changed += self.put(each)
        return changed

    def put(self, manifest: Manifest) -> list[Manifest]:
        """Take an object as it was at its version."""
        known = self._objects.get(_key(manifest))
        if manifest["metadata"]["uid"] in self._deleted or (known and not _older(known, _version(manifest))):
            return []
        self._objects[_key(manifest)] = _lean(manifest)
        return [manifest, known] if known else [manifest]

    def remove(self, manifest: Manifest) -> list[Manifest]:
        """Take note that the object is gone, or is none of ours any more, as of its version."""
        self._deleted.discard(manifest["metadata"]["uid"])
        known = self._objects.get(_key(manifest))
        if known is None or not _older(known, _version(manifest) + 1):
            return [manifest]
        return [self._objects.pop(_key(manifest)), manifest]

    def deleted(self, namespace: str, name: str, uid: str) -> None:
        """Take note that we deleted this object: what the watch still tells of it is older."""
        known = self._objects.get((namespace, name))
        if known is not None and known["metadata"]["uid"] == uid:
            del self._objects[namespace, name]
            self._deleted.add(uid)


def _key(manifest: Manifest) -> Key:
    meta = manifest["metadata"]
    return meta.get("namespace", ""), meta["name"]


def _version(manifest: Manifest) -> int:
    return int(manifest["metadata"]["resourceVersion"])


def _older(known: Manifest, version: int) -> bool:
    return _version(known) < version


def _lean(manifest: Manifest) -> dict[str, Any]:
    # Half of an object's size, and nobody reads it.
    meta = {name: value for name, value in manifest["metadata"].items() if name != "managedFields"}
    return {**manifest, "metadata": meta}
