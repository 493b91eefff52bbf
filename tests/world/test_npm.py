"""Lock files of npm: every package by version and sum, and by no registry's address."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = [
    ROOT / folder / "package-lock.json"
    for folder in ("library", "tests/world/page_packages", "tests/sdks/node", "tests/sdks/react_native")
]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_packages_are_pinned_by_version_and_sum_and_to_no_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    pins = json.loads(lock.with_name("package.json").read_text())["dependencies"]
    assert packages.pop("")["dependencies"] == pins
    assert all(packages[f"node_modules/{name}"]["version"] == pin.split("@")[-1] for name, pin in pins.items())
    assert all(each["integrity"].startswith("sha512-") and "resolved" not in each for each in packages.values())
