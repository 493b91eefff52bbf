"""The report of a full run: a section for each bar, replaced by its next run and by nothing else."""

from pathlib import Path

from tests.operated.soak_report import report


def test_a_section_is_added_once_and_replaced_later(tmp_path: Path):
    page = tmp_path / "soak.md"
    report("Killed", "12 plans.\n\n### Plans\n\n| a |", page)
    report("Many", "200 domains.", page)
    before = page.read_text()
    report("Killed", "240 plans.", page)
    assert before.startswith("# The last full run\n")
    assert page.read_text() == before.replace("12 plans.\n\n### Plans\n\n| a |", "240 plans.")
