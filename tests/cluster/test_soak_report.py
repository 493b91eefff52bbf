"""The report of a full run: a section for each bar, replaced by its next run and by nothing else."""

from pathlib import Path

import pytest

from tests.cluster import inner_runs
from tests.cluster.soak_report import circumstances, figures, write_section

pytest_plugins = ["pytester"]


def test_a_section_is_added_once_and_replaced_later(tmp_path: Path):
    page = tmp_path / "soak.md"
    write_section("Many", "200 domains.", page)
    write_section("Killed", "12 plans.\n\n### Plans\n\n| a |", page)
    before = page.read_text()
    write_section("Killed", "240 plans.", page)
    assert before.startswith("# What full runs saw\n")
    assert before.index("## Killed") < before.index("## Many")
    assert page.read_text() == before.replace("12 plans.\n\n### Plans\n\n| a |", "240 plans.")


TELLS = """
    from tests.cluster import soak_report

    def test_tells(report, monkeypatch, pytestconfig):
        monkeypatch.setattr(soak_report, "PAGE", pytestconfig.rootpath / "soak.md")
        report("Many", "200 domains.")
"""


@pytest.mark.parametrize("arguments", [(), ("--soak",)])
def test_only_a_full_run_is_kept(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
):
    pytester.makepyfile(TELLS)
    ran = inner_runs.run(pytester, monkeypatch, "rounds", "-s", *arguments)
    ran.assert_outcomes(passed=1)
    ran.stdout.fnmatch_lines(["*Many: 200 domains."])
    page = pytester.path / "soak.md"
    assert page.exists() == bool(arguments)
    assert not arguments or page.read_text().endswith(f"## Many\n\n200 domains.\n\n{circumstances()}\n")


def test_circumstances_name_the_processors():
    assert circumstances().startswith("Seen ")
    assert circumstances().endswith(" processors.")


def test_figures_are_middle_95th_percentile_and_largest():
    assert figures([float(number) for number in range(100, 0, -1)]) == "p50 50.00 s, p95 95.00 s, max 100.00 s"
    assert figures([0.5]) == "p50 0.50 s, p95 0.50 s, max 0.50 s"
