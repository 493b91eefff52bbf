"""Holds what tests see of an SDK to its row, and prints at the end of the run what was seen: a pytest plugin."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sdks.page import cells, table
from tests.sdks.rows import REAL, replayed

_PROPERTY = "sdk"

Hold = Callable[..., None]


@pytest.fixture
def hold(record_property: Callable[[str, object], None]) -> Hold:
    """Compare what was seen of an SDK, named as the fields of its row, with that row, and remember it."""

    def compare(sdk: str, **seen: Any) -> None:
        row = REAL[sdk]
        assert seen == {name: getattr(row, name) for name in seen}
        record_property(_PROPERTY, {"SDK": sdk, **cells(row, seen)})

    return compare


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of what this run saw, and of what is replayed."""
    seen: dict[str, dict[str, str]] = {}
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in getattr(report, "user_properties", ()):
            if name == _PROPERTY:
                seen.setdefault(value["SDK"], cells(REAL[value["SDK"]], {"proof"})).update(value)
    if seen:
        terminalreporter.section(
            "SDKs: what this run saw of real packages, and what replays are known by (docs/sdks.md)"
        )
        replays = {sdk: cells(row) for sdk, row in replayed().items()}
        terminalreporter.write(table({**dict(sorted(seen.items())), **replays}))
