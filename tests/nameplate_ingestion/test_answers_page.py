"""The page of all answers is complete and current."""

from pathlib import Path

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.answers_page import page

DOCS = Path(__file__).parents[2] / "docs"


def test_every_row_has_a_line_and_the_page_is_current():
    text = page()
    assert "| `LogFull` | 429 | 10 s | The sink is behind and the log is full; " in text
    assert [text.count(f"| `{row.code}` |") for row in Row] == [1] * len(Row)
    assert text == (DOCS / "answers.md").read_text()
