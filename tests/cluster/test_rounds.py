"""Counted tests run a seeded tenth of their rounds, all of them under --soak, and the seed repeats them."""

from collections.abc import Callable

import pytest

from tests.cluster import inner_runs

pytest_plugins = ["pytester"]

COUNTED = """
    import pytest

    @pytest.mark.parametrize("total", [5, 100, 1000])
    def test_rounds(counted, rng, total):
        rounds = counted(total)
        print("chosen:", len(rounds), *rounds, rng.random())
        assert len(set(rounds)) == len(rounds) and set(rounds) <= set(range(total))
"""


Rounds = Callable[..., list[list[str]]]


@pytest.fixture
def rounds(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Rounds:
    def run(*arguments: str) -> list[list[str]]:
        pytester.makepyfile(COUNTED)
        ran = inner_runs.run(pytester, monkeypatch, "rounds", "-s", *arguments)
        ran.assert_outcomes(passed=3)
        return [line.partition("chosen: ")[2].split() for line in ran.outlines if "chosen: " in line]

    return run


@pytest.mark.parametrize(("arguments", "expected"), [((), [5, 20, 100]), (("--soak",), [5, 100, 1000])])
def test_a_plain_run_does_a_tenth_and_a_soak_all(
    rounds: Rounds, arguments: tuple[str, ...], expected: list[int]
) -> None:
    assert [int(count) for count, *_ in rounds(*arguments)] == expected


def test_the_seed_decides_every_choice(rounds: Rounds) -> None:
    first, again, other = rounds("--seed", "7"), rounds("--seed", "7"), rounds("--seed", "8")
    assert first == again != other


def test_the_seed_is_printed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    ran = inner_runs.run(pytester, monkeypatch, "rounds", "--seed", "42")
    ran.stdout.fnmatch_lines(["nameplate: --seed 42, a tenth of the rounds of counted tests"])


def test_all_workers_have_the_seed_of_the_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("number", range(8))
        def test_fails(seed, number):
            pytest.fail(f"seed {seed}")
    """)
    ran = inner_runs.run(pytester, monkeypatch, "rounds", "-n", "2")
    ran.assert_outcomes(failed=8)
    seeds = {line.partition("seed ")[2] for line in ran.outlines if line.startswith("E")}
    assert len(seeds) == 1
    ran.stdout.fnmatch_lines([f"*repeat the random choices of this run with --seed {seeds.pop()}"])
