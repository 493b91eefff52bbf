"""The page of all answers is complete, and `make check` notices when it is not the one in docs/."""

from pathlib import Path

import pytest

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.answers_page import main

DOCS = Path(__file__).parents[2] / "docs"


def test_every_row_has_a_line_and_the_page_is_current(tmp_path):
    page = tmp_path / "answers.md"
    assert main([str(page)]) == 0
    text = page.read_text()
    assert "| `LogFull` | 429 | 10 s | The sink is behind and the log is full; " in text
    assert [text.count(f"| `{row.code}` |") for row in Row] == [1] * len(Row)
    assert text == (DOCS / "answers.md").read_text()


def test_a_page_that_differs_is_reported_and_left_alone(tmp_path, capsys):
    page = tmp_path / "answers.md"
    page.write_text("older")
    assert main(["--check", str(page)]) == 1
    assert capsys.readouterr().err.endswith("answers.md differs from the answers; run `make generate`\n")
    assert page.read_text() == "older"
    assert main([str(page)]) == 0
    assert main(["--check", str(page)]) == 0


def test_a_file_is_needed(capsys):
    with pytest.raises(SystemExit):
        main([])
    assert "the following arguments are required: file" in capsys.readouterr().err
