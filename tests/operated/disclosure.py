"""Looks for secrets where everybody may read: the operator's log, its metrics, Events, and what objects show.

`secrets_told(world)` returns what was found, as "where: what", and never the secret itself.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tests.operated.tenant import API

if TYPE_CHECKING:
    from tests.operated.world import OperatedWorld

_SHAPES = {
    "a private key": re.compile(r"PRIVATE KEY"),
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{10,}[.]eyJ"),
    "a header with credentials": re.compile(r"(?i)\b(bearer|basic) [A-Za-z0-9+/_=-]{8,}|x-api-key[\"']?[:=,]"),
}
_SHORTEST = 8
"""Shorter values stand in any text by chance."""
_PUBLIC = frozenset({"tls.crt", "ca.crt"})
_SHOWN = (
    "/apis/events.k8s.io/v1/events",
    f"{API}/domainclaims",
    f"{API}/customdomains",
    "/api/v1/configmaps",
    "/apis/apps/v1/deployments",
    "/apis/networking.k8s.io/v1/ingresses",
)


def secrets_told(world: "OperatedWorld") -> list[str]:
    """Return where a secret can be read that should be nowhere but in its Secret."""
    secrets = dict(_held(world.api.get("/api/v1/secrets").raise_for_status().json()["items"]))
    texts = {"the log": world.operator.log.read_text(errors="replace"), "/metrics": world.operator.metrics()}
    for path in _SHOWN:
        items = world.api.get(path).raise_for_status().json()["items"]
        texts[path] = json.dumps(items, ensure_ascii=False)
    return [f"{place}: {what}" for place, text in texts.items() for what in found(text, secrets)]


def found(text: str, secrets: Mapping[str, str]) -> Iterator[str]:
    """Yield the names of the secrets that a text holds, plain, as base64 or a line of them, and of their shapes."""
    for shape, pattern in _SHAPES.items():
        if pattern.search(text):
            yield shape
    for name, value in secrets.items():
        if any(form in text for form in _forms(value)):
            yield name


def _held(secrets: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for secret in secrets:
        meta = secret["metadata"]
        for key, value in (secret.get("data") or {}).items():
            if key not in _PUBLIC:
                name = f"Secret {meta['namespace']}/{meta['name']} {key}"
                yield name, base64.b64decode(value).decode(errors="replace")


def _forms(value: str) -> Iterator[str]:
    lines = [line for line in value.splitlines() if len(line) >= _SHORTEST and not line.startswith("-----")]
    for line in lines:
        yield line
        for before in range(3):
            # The first and last octets are encoded together with what stands beside them.
            encoded = base64.b64encode(b"\0" * before + line.encode()).decode()
            yield encoded[before + (before > 0) : -4]
