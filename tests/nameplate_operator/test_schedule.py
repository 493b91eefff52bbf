"""The order in which objects get their turn, on plain numbers."""

from hypothesis import given
from hypothesis import strategies as st

from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.ports import Ref
from nameplate_operator.schedule import Lane, Schedule, Turn


def ref(name: str, namespace: str = "acme") -> Ref:
    return Ref(CUSTOM_DOMAIN, name, namespace)


A, B, C = ref("a"), ref("b"), ref("c")


def taken(schedule: Schedule, now: float = 0.0) -> list[str]:
    """Take turns until none is left, and return the names."""
    names = []
    while (turn := schedule.take(now)) is not None:
        names.append(turn.ref.name)
    return names


def take(schedule: Schedule, now: float) -> Turn:
    turn = schedule.take(now)
    assert turn is not None
    return turn


def test_objects_get_their_turn_in_the_order_they_came():
    schedule = Schedule(share=8)
    for each in (B, A, C, A):
        schedule.wake(each, Lane.EDIT, 0)
    assert taken(schedule) == ["b", "a", "c"]


def test_an_edit_goes_before_the_resync():
    schedule = Schedule(share=8)
    schedule.wake(A, Lane.RESYNC, 0)
    schedule.wake(B, Lane.EDIT, 0)
    assert taken(schedule) == ["b", "a"]


def test_an_edit_of_an_object_in_the_resync_moves_it_forward():
    schedule = Schedule(share=8)
    for each in (A, B):
        schedule.wake(each, Lane.RESYNC, 0)
    schedule.wake(B, Lane.EDIT, 0)
    assert taken(schedule) == ["b", "a"]


def test_a_resync_of_an_edited_object_does_not_move_it_back():
    schedule = Schedule(share=8)
    schedule.wake(A, Lane.EDIT, 0)
    schedule.wake(A, Lane.RESYNC, 0)
    schedule.wake(B, Lane.RESYNC, 0)
    assert taken(schedule) == ["a", "b"]


def test_every_fourth_turn_belongs_to_the_resync_so_that_edits_never_starve_it():
    schedule = Schedule(share=8)
    for number in range(6):
        schedule.wake(ref(f"edit{number}"), Lane.EDIT, 0)
    for number in range(2):
        schedule.wake(ref(f"sync{number}"), Lane.RESYNC, 0)
    assert taken(schedule) == ["edit0", "edit1", "edit2", "sync0", "edit3", "edit4", "edit5", "sync1"]


def test_namespaces_take_turns():
    schedule = Schedule(share=8)
    for number in range(3):
        schedule.wake(ref(f"big{number}", "big"), Lane.EDIT, 0)
    schedule.wake(ref("small", "small"), Lane.EDIT, 0)
    assert taken(schedule) == ["big0", "small", "big1", "big2"]


def test_a_namespace_that_runs_its_share_is_passed_over_until_a_turn_of_it_ends():
    schedule = Schedule(share=2)
    for number in range(4):
        schedule.wake(ref(f"big{number}", "big"), Lane.EDIT, 0)
    first = take(schedule, 0)
    assert taken(schedule) == ["big1"]
    schedule.wake(ref("small", "small"), Lane.RESYNC, 1)
    assert taken(schedule, 1) == ["small"]
    schedule.finish(first, None, 2)
    assert taken(schedule, 2) == ["big2"]


def test_an_object_never_has_two_turns_at_a_time():
    schedule = Schedule(share=8)
    schedule.wake(A, Lane.EDIT, 0)
    turn = take(schedule, 0)
    schedule.wake(A, Lane.EDIT, 1)
    schedule.wake(A, Lane.EDIT, 1)
    assert taken(schedule, 1) == []
    schedule.finish(turn, None, 2)
    assert taken(schedule, 2) == ["a"]


def test_an_object_that_becomes_due_while_it_runs_has_one_more_turn():
    schedule = Schedule(share=8)
    schedule.wake(A, Lane.EDIT, 0)
    turn = take(schedule, 0)
    schedule.later(A, 1)
    assert taken(schedule, 5) == []
    schedule.finish(turn, None, 6)
    assert taken(schedule, 6) == ["a"]


def test_an_object_comes_back_when_it_is_due_and_not_before():
    schedule = Schedule(share=8)
    schedule.later(A, 10)
    assert schedule.next_due() == 10
    assert taken(schedule, 9.9) == []
    assert taken(schedule, 10) == ["a"]
    assert schedule.next_due() is None


def test_the_earliest_of_several_instants_wins():
    schedule = Schedule(share=8)
    for due in (10, 5, 7):
        schedule.later(A, due)
    assert schedule.next_due() == 5
    assert taken(schedule, 5) == ["a"]
    assert taken(schedule, 100) == []


def test_a_wake_does_not_wait_and_takes_the_place_of_the_instant():
    schedule = Schedule(share=8)
    schedule.later(A, 10)
    schedule.wake(A, Lane.EDIT, 1)
    assert taken(schedule, 1) == ["a"]
    assert taken(schedule, 100) == []


def test_a_pass_that_asks_for_another_at_once_keeps_its_lane():
    schedule = Schedule(share=8)
    schedule.wake(A, Lane.EDIT, 0)
    turn = take(schedule, 0)
    schedule.wake(B, Lane.RESYNC, 0)
    schedule.finish(turn, 1, 1)
    assert taken(schedule, 1) == ["a", "b"]


def test_a_thousand_changes_of_mind_leave_no_thousand_entries():
    schedule = Schedule(share=8)
    for number in range(1000):
        schedule.later(A, 10_000 - number)
    assert schedule.next_due() == 9001
    assert len(schedule._heap) < 100


REFS = [ref(name, namespace) for name in "ab" for namespace in ("one", "two")]
STEPS = st.lists(
    st.tuples(st.sampled_from(["wake", "resync", "later", "take", "finish"]), st.sampled_from(REFS), st.integers(0, 5)),
    max_size=60,
)


@given(STEPS)
def test_nothing_that_was_woken_is_ever_lost(steps: list[tuple[str, Ref, int]]):
    schedule, running, owed = Schedule(share=1), dict[Ref, Turn](), set[Ref]()
    now = 0.0
    for action, each, delay in steps:
        now += 0.5
        if action in {"wake", "resync"}:
            schedule.wake(each, Lane.EDIT if action == "wake" else Lane.RESYNC, now)
            owed.add(each)
        elif action == "later":
            schedule.later(each, now + delay)
            owed.add(each)
        elif action == "take" and (turn := schedule.take(now)) is not None:
            assert turn.ref not in running
            running[turn.ref] = turn
            owed.discard(turn.ref)
        elif action == "finish" and each in running:
            schedule.finish(running.pop(each), None, now)
    for turn in running.values():
        schedule.finish(turn, None, now)
    rest = set()
    while (left := schedule.take(now + 100)) is not None:
        rest.add(left.ref)
        schedule.finish(left, None, now + 100)
    assert owed == rest
