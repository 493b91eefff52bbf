"""What is put into the library, and the settings document that it and mobile SDKs start with."""

from collections.abc import Collection

import msgspec

from nameplate_ingestion.library.shelf import Names

_CDN = "cdn."
_encode = msgspec.json.Encoder().encode


def names_for(host: str, hosts: Collection[str], key: str) -> Names:
    """Return what a file names that is asked of a host; events go to the ``api.`` beside a ``cdn.`` if there is one."""
    api = f"api.{host.removeprefix(_CDN)}"
    return Names(f"https://{host}", f"{api if host.startswith(_CDN) and api in hosts else host}/v1", key)


def project_settings(names: Names) -> bytes:
    """Return the smallest document that starts the library.

    Its events' writeKey comes from here. What it measures of itself would go to its maker's host, as `apiHost` does not
    tell it where: hence `host`, and none at all (`src/browser/index.ts`, `src/core/stats/remote-metrics.ts`).
    """
    return _encode(
        {
            "integrations": {"Segment.io": {"apiKey": names.key, "apiHost": names.api}},
            "metrics": {"sampleRate": 0, "host": names.api},
        }
    )
