"""Makes values from the network fit for a sentence."""

from collections.abc import Iterable

_MOST_SHOWN = 5
_LONGEST = 100


def listed(values: Iterable[str]) -> str:
    """Return the values for a sentence, a few of them at most."""
    values = tuple(values)
    shown = ", ".join(
        value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…" for value in values[:_MOST_SHOWN]
    )
    return shown if len(values) <= _MOST_SHOWN else f"{shown} and {len(values) - _MOST_SHOWN} more"
