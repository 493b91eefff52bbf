"""The vendor's own files from the npm package, as its hosts serve them: what no test may take for ours."""

import json
from pathlib import Path

from tests.world.page_packages import page_packages
from tests.world.recorder import Page

VENDOR_CDN = "cdn.segment.com"
VENDOR_API = "api.segment.io"
SCRIPT = "text/javascript"


def files(host: str, key: str, *paths: str) -> dict[str, Page]:
    """Return the pages of a CDN: the library at each path, its chunks, and settings that name no API host."""
    folder = page_packages() / "@segment" / "analytics-next" / "dist" / "umd"
    library = Page((folder / "standalone.js").read_bytes(), SCRIPT)
    settings = {"integrations": {"Segment.io": {"apiKey": key}}}
    return {
        **{host + path: library for path in (standard_path(key), *paths)},
        **{f"{host}/analytics-next/bundles/{file.name}": _script(file) for file in folder.glob("*.bundle.*.js")},
        f"{host}/v1/projects/{key}/settings": Page(json.dumps(settings).encode(), "application/json"),
    }


def standard_path(key: str) -> str:
    """Return where the library of a source is served."""
    return f"/analytics.js/v1/{key}/analytics.min.js"


def _script(file: Path) -> Page:
    return Page(file.read_bytes(), SCRIPT)
