"""Every string in a JSON value, for what must hold wherever a text may stand."""

from collections.abc import Iterator
from typing import Any


def strings(found: Any) -> Iterator[str]:
    """Yield every string, keys too."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from (key, *strings(value))
    elif isinstance(found, list):
        for each in found:
            yield from strings(each)
    elif isinstance(found, str):
        yield found
