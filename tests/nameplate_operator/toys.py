"""Toy phases: their looks and decisions are set by the test."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.phase import Change, Decision, Findings, Phase, Verdict, Was
from nameplate_operator.ports import Ports
from nameplate_operator.subject import Domain
from tests.nameplate_operator.builders import memory_ports, settings

TRUE = Verdict(Truth.TRUE, Reason.HOSTED, "It holds.")
FALSE = Verdict(Truth.FALSE, Reason.CREATING, "It does not hold.")


@dataclass(frozen=True, kw_only=True)
class Note(Change):
    """A change that only notes that it was made, or fails."""

    text: str
    notes: list[str] = field(compare=False)
    error: Exception | None = None

    async def apply(self, ports: Ports) -> None:
        if self.error:
            raise self.error
        self.notes.append(self.text)


class Toy(Phase[Domain, str]):
    """Sees what ``look`` returns or raises; decides what ``think`` returns."""

    look: Callable[[], str | None]
    think: Callable[[Was], Decision]
    looks: int

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> str | None:
        self.looks += 1
        return self.look()

    def decide(self, subject: Domain, seen: str, was: Was) -> Decision:
        return self.think(was)


def toy(condition: ConditionType, decision: Decision | None = None, needs: tuple[ConditionType, ...] = ()) -> Toy:
    """Return a toy phase for a condition; it is True with no changes unless a decision is given."""

    class One(Toy):
        pass

    One.condition = condition
    One.needs = needs
    phase = One(memory_ports(), settings())
    phase.looks = 0
    phase.look = lambda: "seen"
    phase.think = lambda _: decision or Decision(TRUE)
    return phase


def raising(error: Exception) -> Callable[[], str | None]:
    """Return a look that fails."""

    def look() -> str | None:
        raise error

    return look
