"""Tells whether a child still is what was applied, so that nothing is written to a child that is as it must be."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from nameplate_api.custom_domain import GROUP
from nameplate_operator.changes import ApplyChild
from nameplate_operator.ports import Manifest

APPLIED = f"{GROUP}/applied"
"""Annotation with a digest of what was applied: it tells of a field that is no longer set and still stands."""
_SHARED_LISTS = frozenset({"ownerReferences", "finalizers"})
_WHOLE = frozenset({"selector"})
"""Mappings that mean something else with an entry more: a Service with a foreign label in its selector finds no Pod."""


def sealed(manifest: Manifest) -> dict[str, Any]:
    """Return the manifest with its own digest as an annotation."""
    metadata = manifest["metadata"]
    digest = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]
    annotations = {**metadata.get("annotations", {}), APPLIED: digest}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def drifted(wanted: Manifest, live: Manifest) -> bool:
    """Say whether a wanted field is missing or differs; what others added beside is theirs."""
    return not _holds(live, wanted)


def _holds(live: Any, wanted: Any, *, shared: bool = False) -> bool:
    if isinstance(wanted, Mapping):
        if not isinstance(live, Mapping):
            return not wanted and live is None
        return all(
            live.get(name) == value if name in _WHOLE else _holds(live.get(name), value, shared=name in _SHARED_LISTS)
            for name, value in wanted.items()
        )
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        found = live or []
        if not isinstance(found, Sequence) or isinstance(found, str):
            return False
        if shared:
            return all(any(_holds(one, other) for one in found) for other in wanted)
        return len(found) == len(wanted) and all(map(_holds, found, wanted))
    return bool(live == wanted)


def upkeep(wanted: Manifest, live: Manifest | None, *, from_spec: bool = False) -> tuple[ApplyChild, ...]:
    """Return the change that makes the child or brings it back to what it must be, or none."""
    manifest = sealed(wanted)
    if live is None:
        return (ApplyChild(manifest=manifest, first=True, from_spec=from_spec),)
    if not drifted(manifest, live):
        return ()
    meant = {**manifest, "metadata": {**manifest["metadata"], "uid": live["metadata"]["uid"]}}
    return (ApplyChild(manifest=meant, from_spec=from_spec),)
