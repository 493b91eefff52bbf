"""Files made from the code: written where they differ, or told."""

from pathlib import Path

import pytest

from nameplate_api.generated import main

FILES = {"docs/first.md": "one\n", "docs/second.md": "zwölf\n"}


def test_what_differs_is_told_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "first.md").write_text("one\n")
    (tmp_path / "docs" / "second.md").write_text("older")
    assert main("some.page", FILES, ["--check", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told == "docs/second.md differs from what some.page makes; run `make generate`\n"
    assert (tmp_path / "docs" / "second.md").read_text() == "older"


def test_what_is_missing_or_differs_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("some.page", FILES, ["--check", str(tmp_path)]) == 1
    assert main("some.page", FILES, [str(tmp_path)]) == 0
    assert capsys.readouterr().out == "docs/first.md written\ndocs/second.md written\n"
    assert (tmp_path / "docs" / "second.md").read_text(encoding="utf-8") == "zwölf\n"
    assert main("some.page", FILES, ["--check", str(tmp_path)]) == 0
    assert main("some.page", FILES, [str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
