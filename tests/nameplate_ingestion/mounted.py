"""Settings and keys as an operator hands them to the service: written as a kubelet mounts them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cluster.mounts import write_volume

Json = dict[str, Any]
WEBSITE: Json = {"name": "website", "type": "AnalyticsJS", "writeKey": "k3y"}
BACKEND: Json = {"name": "backend", "type": "Go", "writeKeyFile": "backend"}


def document(domain: str = "cdp.acme.com", **changes: Any) -> Json:
    """Return the smallest settings document, with other fields."""
    return {
        "version": 1,
        "domain": domain,
        "hosts": [domain, f"api.{domain}"],
        "uid": f"uid-of-{domain}",
        "sources": [WEBSITE],
        "revision": "r1",
    } | changes


class Mounts:
    """The directories of one Pod."""

    def __init__(self, directory: Path) -> None:
        """Begin with empty ones."""
        self.settings, self.keys, self.data = (directory / name for name in ("settings", "keys", "data"))
        for each in (self.settings, self.keys, self.data):
            each.mkdir()

    def arguments(self) -> list[str]:
        """Return the arguments that name them."""
        return ["--settings", str(self.settings), "--keys", str(self.keys), "--data", str(self.data)]

    def write(self, content: Json | str | bytes, name: str = "") -> None:
        """Replace a settings document; with a name, that of one of several domains."""
        if isinstance(content, dict):
            content = json.dumps(content)
        octets = content.encode() if isinstance(content, str) else content
        write_volume(self.settings / name, {"settings.json": octets})

    def write_keys(self, keys: Mapping[str, bytes], name: str = "") -> None:
        """Replace all key files."""
        write_volume(self.keys / name, dict(keys))
