"""Finds the URL of a Kubernetes object or list, without asking the API server what it serves."""

from collections.abc import Iterable
from urllib.parse import quote

from nameplate_operator.ports import Kind, Manifest, Ref


def path_of(kind: Kind, namespace: str = "", name: str = "", subresource: str = "") -> str:
    """Return the path of the list, the object or its subresource."""
    root = "/apis" if "/" in kind.api_version else "/api"
    where = ("namespaces", quote(namespace, safe="")) if namespace else ()
    what = tuple(part for part in (quote(name, safe=""), subresource) if part)
    return "/".join((root, kind.api_version, *where, kind.plural, *what))


class Kinds:
    """The kinds that are written, found by what stands in a manifest."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = {(kind.api_version, kind.kind): kind for kind in kinds}

    def ref(self, manifest: Manifest) -> Ref:
        """Return the reference to the object of this manifest."""
        meta = manifest["metadata"]
        kind = self._kinds[manifest["apiVersion"], manifest["kind"]]
        return Ref(kind, meta["name"], meta.get("namespace", ""))
