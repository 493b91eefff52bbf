"""A sample's life, and all that must be the same at its stations however often the operator was killed."""

import base64
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.operated.tenant import Tenant

Json = dict[str, Any]
LIFE_TIMEOUT = 180.0
_UNSTEADY = {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"}
_CREATED = 201


@dataclass
class Life:
    """What one life left behind: the state at each station, and how often each kind of thing was made."""

    stations: dict[str, Json] = field(default_factory=dict)
    made: Counter[str] = field(default_factory=Counter)
    since: float = 0.0
    """From when on, in Unix time, its writes are those of this life: before, it goes as every other does."""

    def differences(self, expected: "Life") -> list[str]:
        """Return where another life went otherwise, one line each."""
        return differences(self.stations | {"made": self.made}, expected.stations | {"made": expected.made})


def live(tenant: Tenant, course: Callable[[Tenant, Life], None]) -> Life:
    """Let a life take its course; return what was seen and made."""
    world, life = tenant.world, Life()
    mark, passed = world.cluster.audit_mark(), len(world.powerdns_proxy.exchanges)
    api_passed = len(world.api_proxy.exchanges)
    course(tenant, life)
    life.made += _made_in_kubernetes(tenant, mark)
    zones = [each for each in world.powerdns_proxy.exchanges[passed:] if each.method == "POST"]
    life.made["zones"] = sum(each.status == _CREATED for each in zones if each.path.endswith("/zones"))
    life.made["certificates"] = len(_certificates(tenant, api_passed))
    return life


def masks(tenant: Tenant, seen: Json) -> dict[str, str]:
    """Return what differs between any two domains, with what stands for it in a state."""
    claim = tenant.claim() or {}
    label = seen["status"]["nameservers"][0].partition(".")[0]
    return {
        seen["metadata"]["uid"]: "UID",
        claim["spec"]["token"]: "TOKEN",
        label: "LABEL",
        tenant.host: "HOST",
        tenant.parent.origin.to_text(omit_final_dot=True): "PARENT",
        tenant.namespace: "NAMESPACE",
    }


def state(tenant: Tenant, hidden: dict[str, str]) -> Json:
    """Return everything that stands for the domain, with masks in the place of what differs."""
    seen = {
        "domain": _steady(tenant.seen()),
        "claim": _steady(tenant.claim()),
        "children": {kind: sorted(map(_child, found), key=json.dumps) for kind, found in tenant.children().items()},
        "zone": {" ".join(key): values for key, values in tenant.world.zone_records(tenant.host).items()},
    }
    text = json.dumps(seen, sort_keys=True)
    for value, mask in hidden.items():
        text = text.replace(value, mask)
    text = re.sub(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", "TIME", text)
    # The default alias of a source is made from the names of both, and says neither.
    text = re.sub(r"\b[a-z2-7]{10}/[a-z2-7]{10}\b", "ALIAS", text)
    masked: Json = json.loads(re.sub(r"\b[0-9a-f]{16}\b", "DIGEST", text))
    return masked


def _steady(seen: Json | None) -> Json | None:
    if seen is None:
        return None
    kept = {**seen, "metadata": {name: value for name, value in seen["metadata"].items() if name not in _UNSTEADY}}
    # The generation counts the writes of the claim's spec, of which a crash may need one more.
    kept["status"] = {name: value for name, value in seen.get("status", {}).items() if name != "observedGeneration"}
    for each in kept["status"].get("conditions", ()):
        each.pop("observedGeneration")
    return kept


def _child(seen: Json) -> Json:
    metadata = {name: value for name, value in seen["metadata"].items() if name not in _UNSTEADY}
    spec = {name: value for name, value in seen.get("spec", {}).items() if not name.startswith("clusterIP")}
    data = {name: None if name.startswith("tls.") or name == "ca.crt" else value for name, value in _data(seen)}
    return {"metadata": metadata, "spec": spec, "data": data}


def _data(seen: Json) -> list[tuple[str, str]]:
    return sorted(seen.get("data", {}).items())


def _made_in_kubernetes(tenant: Tenant, mark: int) -> Counter[str]:
    """Return how often each kind was created by the operator's requests, Events apart."""
    writes = tenant.world.audit_writes(mark)
    return Counter(each.resource for each in writes if each.code == _CREATED and each.resource != "events")


def _certificates(tenant: Tenant, passed: int) -> set[str]:
    """Return the different certificates that were written into the tls Secret."""
    found = set()
    for each in tenant.world.api_proxy.exchanges[passed:]:
        if f"/{tenant.namespace}/secrets" in each.path and each.body and (each.status or 500) < 300:
            data = json.loads(each.body).get("data", {})
            if "tls.crt" in data:
                found.add(base64.b64decode(data["tls.crt"]).decode())
    return found


def differences(seen: Any, expected: Any, path: str = "") -> list[str]:
    """Return where two states differ, one line each."""
    if isinstance(seen, dict) and isinstance(expected, dict):
        names = sorted(seen.keys() | expected.keys())
        return [line for name in names for line in differences(seen.get(name), expected.get(name), f"{path}/{name}")]
    if isinstance(seen, list) and isinstance(expected, list) and len(seen) == len(expected):
        pairs = enumerate(zip(seen, expected, strict=True))
        return [line for number, (a, b) in pairs for line in differences(a, b, f"{path}/{number}")]
    return [] if seen == expected else [f"{path}: {seen!r}, expected {expected!r}"]
