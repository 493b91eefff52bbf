"""The worked example in CONTRIBUTING.md: applied to a copy of the repository, it passes every check."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("api", "operator", "ingestion", "bench", "tests", "docs", "crds", "pyproject.toml", ".importlinter")
BIN = Path(sys.executable).parent
GENERATORS = re.findall(r"^\t\$\(BIN\)/python -m (\S+) --check$", (ROOT / "Makefile").read_text(), re.MULTILINE)
TABLES = (
    "tests/nameplate_api/test_conditions.py",
    "tests/nameplate_api/test_crd.py",
    "tests/nameplate_operator/phases",
    "tests/nameplate_operator/test_asked_once.py",
    "tests/nameplate_operator/test_plan.py",
    "tests/nameplate_operator/test_reconcile.py",
    "tests/nameplate_operator/test_spread.py",
    "tests/nameplate_operator/test_summary.py",
    "tests/nameplate_operator/test_wiring.py",
)


def run(directory: Path, *command: str) -> None:
    """Run a program on the copy, and show what it said if it fails."""
    roots = os.pathsep.join(str(directory / root) for root in ("api", "operator", "ingestion"))
    environment = os.environ | {"PYTHONPATH": f"{roots}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the example applied and the pages generated."""
    directory = tmp_path_factory.mktemp("copy")
    # The types' cache is no part of the repository; with it they are checked in seconds.
    for name in (name for name in (*SOURCES, ".mypy_cache") if (ROOT / name).exists()):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, directory / name)  # type: ignore[operator]
    (example,) = re.findall(r"^```diff\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL | re.MULTILINE)
    patch = directory / "example.diff"
    patch.write_text(example)
    run(directory, "git", "apply", "--unsafe-paths", "--whitespace=error", f"--directory={directory}", str(patch))
    for generator in GENERATORS:
        run(directory, sys.executable, "-m", generator)
    return directory


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("ruff", "format", "--check", "api", "operator", "tests"), id="format"),
        pytest.param(("ruff", "check", "api", "operator", "tests"), id="lint"),
        pytest.param(("mypy",), id="types"),
        pytest.param(("lint-imports", "--no-cache"), id="contracts"),
    ],
)
def test_the_example_passes_the_checks(changed, command):
    run(changed, str(BIN / command[0]), *command[1:])


def test_the_example_passes_its_own_table_and_those_of_words_phases_and_passes(changed):
    run(changed, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", *TABLES)


def test_the_example_changes_no_generated_file_but_the_page_of_conditions(changed):
    for generator in GENERATORS:
        run(changed, sys.executable, "-m", generator, "--check")
    pages = [path.relative_to(changed) for part in ("docs", "crds") for path in (changed / part).iterdir()]
    # A full run writes its report meanwhile.
    written = [page for page in pages if page.name != "soak.md"]
    differing = [str(page) for page in written if (changed / page).read_bytes() != (ROOT / page).read_bytes()]
    assert differing == ["docs/conditions.md"]


def test_the_example_s_words_stand_on_the_page_under_a_heading_of_their_own(changed):
    text = (changed / "docs" / "conditions.md").read_text()
    (rows,) = re.findall(r"^## Reasons: Billable\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    assert re.findall(r"^\| `(\w+)`", rows, re.MULTILINE) == ["CostCentreKnown", "CostCentreMissing"]
    assert "| `Billable` | The namespace says who pays. |" in text
