"""Killed around any write of a sample's life and started again, the operator brings it to the same end."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.cluster.programs import Programs
from tests.operated.courses import retained, taken_back, whole
from tests.operated.kill_plans import Learnt, Outcome, Plan, learn, plans, run
from tests.operated.world import OperatedWorld

_ATTEMPTS = 3


@pytest.fixture
def killed_world(built_programs: Programs) -> Iterator[OperatedWorld]:
    """A world whose operator is killed often."""
    hasty = {"release": {"quarantine": 0.2}, "pace": {"editEvery": 0.3, "firstHourEvery": 0.3}}
    with OperatedWorld(hasty, played=True, built=built_programs) as started:
        yield started


def _run_until_reached(world: OperatedWorld, plan: Plan) -> Outcome:
    """Run a plan until its moment comes; of writes of which a life may have fewer, take the last that came before."""
    outcome = run(world, plan)
    for _ in range(_ATTEMPTS - 1):
        if outcome.reached:
            break
        if plan.write.may_be_one_with_another and outcome.came:
            plan = replace(plan, write=replace(plan.write, nth=outcome.came))
        outcome = run(world, plan)
    return outcome


def _table(outcomes: list[Outcome]) -> str:
    lines = [
        f"| {number} | {each.plan.write} | {each.plan.point} | {each.seconds:.1f} s |"
        for number, each in enumerate(outcomes, 1)
    ]
    return "\n".join(["| plan | write | killed | whole life |", "|---|---|---|---|", *lines])


def _story(learnt: Learnt, chosen: list[Plan], outcomes: list[Outcome], seconds: float) -> str:
    reached = [each for each in outcomes if each.reached]
    earlier = sum(each.plan != plan for each, plan in zip(outcomes, chosen, strict=True) if each.reached)
    missed = [f"{each.plan.write}, {each.plan.point}" for each in outcomes if not each.reached]
    text = (
        f"{learnt.course.__doc__} {len(learnt.writes)} writes; made were {_made(learnt)}.\n\n"
        f"{len(chosen)} of the {len(plans(learnt))} plans that follow were run in "
        f"{seconds / 60:.0f} minutes, {len(reached)} of them with the operator killed: {len(reached) - earlier} at "
        f"their moment, and {earlier} at the last write of a status or an Event that came, where a life had fewer of "
        f"them. All ended in the same state, at every station, as the undisturbed life, with as many of each kind made."
    )
    if missed:
        text += f"\n\nThe moment of these did not come in {_ATTEMPTS} lives: {'; '.join(missed)}."
    return f"{text}\n\n{_table(reached)}"


def _made(learnt: Learnt) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(learnt.life.made.items()))


def _carry_out(world: OperatedWorld, learnt: Learnt, counted: Callable[[int], list[int]]) -> str:
    """Carry out as many of the plans as are due; return what was seen."""
    every = plans(learnt)
    chosen = [every[number] for number in counted(len(every))]
    outcomes, begun = [], time.monotonic()
    for plan in chosen:
        outcome = _run_until_reached(world, plan)
        about = f"{outcome.plan.write}, killed {outcome.plan.point}"
        print(f"{outcome.seconds:5.1f} s {'' if outcome.reached else 'not reached: '}{about}", flush=True)
        different = outcome.life.differences(learnt.life)
        assert not different, "\n".join([plan.course.__name__, about, *different])
        outcomes.append(outcome)
    missed = [each.plan for each in outcomes if not each.reached]
    assert all(each.write.may_be_one_with_another for each in missed), missed
    assert len(missed) <= len(chosen) / 10, missed
    return _story(learnt, chosen, outcomes, time.monotonic() - begun)


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_killed_around_any_write_the_operator_comes_to_the_same_end(killed_world, counted, report):
    learnt = learn(killed_world, whole)
    assert learnt.life.made["zones"] == learnt.life.made["certificates"] == 1
    report("The operator killed around every write", _carry_out(killed_world, learnt, counted))


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("course", [taken_back, retained])
def test_killed_around_any_write_of_another_ending_the_operator_comes_to_the_same_end(
    killed_world, counted, report, course
):
    learnt = learn(killed_world, course)
    assert (learnt.life.made["zones"], learnt.life.made["domainclaims"]) == (1, 1)
    title = f"The operator killed around every write of another ending: {course.__name__.replace('_', ' ')}"
    report(title, _carry_out(killed_world, learnt, counted))
