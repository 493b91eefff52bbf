"""Reachable: True at once, False only after failures in a row once it was True."""

from datetime import UTC, datetime, timedelta

import pytest

from nameplate_api.conditions import Condition, Reason, Truth
from nameplate_operator.phase import Decision, Streak, Verdict, Was
from nameplate_operator.phases.reachability import Reach, Reachability
from nameplate_operator.ports import ProviderError
from tests.nameplate_operator.builders import a_condition, a_domain, memory_ports, settings

NOW = datetime(2030, 1, 2, tzinfo=UTC)
HOSTS = ("cdp.acme.com", "api.cdp.acme.com")
TIMED_OUT = ProviderError(Reason.CONNECT_FAILED, "https://cdp.acme.com: no answer in time.", retry_after=5)
WRONG = ProviderError(Reason.WRONG_CERTIFICATE, "The certificate is not valid.")


def was(status=None, *, failures=0, since=0.0, seconds=10.0):
    """Return the past: a condition that has stood for some seconds, and failures in a row."""
    moved = (NOW - timedelta(seconds=seconds)).isoformat()
    condition = (
        Condition.model_validate(a_condition("Reachable", status, "X", lastTransitionTime=moved)) if status else None
    )
    streak = Streak(failures, NOW - timedelta(seconds=since) if failures else None)
    return Was(NOW, condition, streak)


KEPT = Verdict(Truth.TRUE, Reason.ANSWERING, "The ingestion answered before.", aside=TIMED_OUT.message)
LOST = Verdict(Truth.FALSE, Reason.CONNECT_FAILED, TIMED_OUT.message)


@pytest.mark.parametrize(
    ("failure", "past", "verdict", "pause"),
    [
        pytest.param(
            None,
            was("False", failures=9),
            Verdict(
                Truth.TRUE,
                Reason.ANSWERING,
                "The ingestion answers at https://cdp.acme.com, https://api.cdp.acme.com.",
            ),
            None,
            id="an answer is enough",
        ),
        pytest.param(
            TIMED_OUT,
            was(),
            Verdict(Truth.UNKNOWN, Reason.CONNECT_FAILED, TIMED_OUT.message),
            5,
            id="a first time-out tells nothing",
        ),
        pytest.param(
            WRONG,
            was(),
            Verdict(Truth.FALSE, Reason.WRONG_CERTIFICATE, WRONG.message),
            5,
            id="a wrong certificate is a fact",
        ),
        pytest.param(TIMED_OUT, was("Unknown", failures=2, since=61), LOST, 5, id="three time-outs over a minute"),
        pytest.param(TIMED_OUT, was("False", failures=0, seconds=300), LOST, 10, id="False stays False"),
        pytest.param(TIMED_OUT, was("True"), KEPT, 30, id="one failure while serving"),
        pytest.param(TIMED_OUT, was("True", failures=2, since=59), KEPT, 30, id="three failures in under a minute"),
        pytest.param(TIMED_OUT, was("True", failures=1, since=90), KEPT, 30, id="two failures over a minute"),
        pytest.param(TIMED_OUT, was("True", failures=2, since=60), LOST, 30, id="three failures over a minute"),
    ],
)
def test_the_verdict_needs_more_than_one_failure(failure, past, verdict, pause):
    phase = Reachability(memory_ports(), settings())
    decision = phase.decide(a_domain(), Reach(HOSTS, failure), past)
    streak, failed = (Streak(), None) if failure is None else (past.streak.struck(NOW), failure.reason)
    assert decision == Decision(verdict, recheck_after=pause, streak=streak, failed_look=failed)
