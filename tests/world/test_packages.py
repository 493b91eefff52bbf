"""A missing program is installed through apt in front of the user, or its absence is explained."""

import os
from pathlib import Path

import pytest

from tests.world.packages import ProgramMissing, ensure, find_program


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for apt-get: notes its arguments, "installs" the file `tool`, fails for the package `broken`."""
    program = tmp_path / "apt-get"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
        f'case "$*" in *broken*) echo "E: no such package"; exit 100;; *install*) touch {tmp_path}/tool;; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def tool(directory: Path) -> Path | None:
    path = directory / "tool"
    return path if path.exists() else None


def test_a_missing_program_is_installed_once_and_said_so(apt: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert ensure(lambda: tool(apt), "tool", ["tool-package"]) == apt / "tool"
    asked = (apt / "asked").read_text().splitlines()
    assert asked == ["--quiet=2 update", "--quiet=2 install --yes --no-install-recommends tool-package"]
    assert capfd.readouterr().err == "tool is missing: apt-get install tool-package ...\n"


def test_a_failed_installation_shows_the_words_of_apt(apt: Path) -> None:
    with pytest.raises(ProgramMissing, match="no such package"):
        ensure(lambda: None, "tool", ["broken"])


def test_without_root_the_command_is_named(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ProgramMissing, match=r"tool is needed .* as root run: apt-get install tool-package"):
        ensure(lambda: None, "tool", ["tool-package"])
    assert not (apt / "asked").exists()


def test_a_package_without_the_program_is_an_error(apt: Path) -> None:
    with pytest.raises(ProgramMissing, match="still missing"):
        ensure(lambda: None, "tool", ["tool-package"])


def test_programs_are_found_or_not() -> None:
    shell = find_program("sh")
    assert shell is not None
    assert shell.name == "sh"
    assert find_program("no-such-program-anywhere") is None
