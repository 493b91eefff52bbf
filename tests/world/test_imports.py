"""What stands in for the world knows nothing of what is tested: it imports none of our packages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OURS = ("nameplate_api", "nameplate_ingestion", "nameplate_operator")
APART = {"tests.cluster", "tests.world"}
"""What the two may import of the tests: anything else could bring ours along."""


def imported(source: str) -> Iterator[str]:
    """Yield the names of the modules that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def foreign(source: str) -> list[str]:
    """Return the imports of ours, and of what else in the tests may import ours."""
    return [
        name
        for name in imported(source)
        if name.startswith((*OURS, "."))
        or (name.partition(".")[0] == "tests" and ".".join(name.split(".")[:2]) not in APART)
    ]


@pytest.mark.parametrize("folder", [HERE, HERE.parent / "cluster"], ids=lambda folder: folder.name)
def test_what_stands_in_for_the_world_imports_nothing_of_ours(folder: Path) -> None:
    modules = sorted(folder.rglob("*.py"))
    assert len(modules) > 20
    assert {str(module): found for module in modules if (found := foreign(module.read_text()))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import nameplate_api.base",
        "def late():\n    from nameplate_operator.ports import Zone",
        "import os, nameplate_ingestion",
        "from tests.nameplate_operator.builders import settings",
        "from . import edge",
    ],
)
def test_such_an_import_would_be_found(source: str) -> None:
    assert foreign(source)
