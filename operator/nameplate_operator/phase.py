"""A phase owns one condition: it looks, then decides, and returns a verdict and the changes to make as values."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, cast

from nameplate_api.conditions import Condition, ConditionType, Reason, Truth
from nameplate_operator.ports import Event, Ports
from nameplate_operator.settings import OperatorSettings

Subject = TypeVar("Subject")
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One phase's finding, in words for the owner of the domain: no clock, no counter, no raw exception text.

    ``stalled`` says that only a person can bring it forward; ``progressing`` that True still changes (a roll-out).
    ``aside`` says why the newest attempt failed where the verdict holds all the same; it is told after the message.
    """

    truth: Truth
    reason: Reason
    message: str
    stalled: bool = False
    progressing: bool = False
    aside: str = ""


@dataclass(frozen=True, kw_only=True)
class Change(ABC):
    """One write to the world as a value: compared in tests, printed by ``plan``.

    ``first`` marks the making of something that does not exist yet: a gate holds it back while an earlier condition is
    not True. ``from_spec`` marks what is built from the spec: it waits while the spec is not accepted.
    """

    first: bool = False
    from_spec: bool = False

    @abstractmethod
    async def apply(self, ports: Ports) -> None:
        """Make the change; idempotent. Raises ProviderError."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Failures in a row, kept in memory: how many, since when, and on which servers or addresses."""

    count: int = 0
    since: datetime | None = None
    places: frozenset[str] = frozenset()

    def struck(self, now: datetime, places: frozenset[str] = frozenset()) -> "Streak":
        """Return the streak with one more failure."""
        return Streak(self.count + 1, self.since or now, self.places | places)

    def age(self, now: datetime) -> float:
        """Return the seconds since its first failure."""
        return (now - self.since).total_seconds() if self.since else 0.0


@dataclass(frozen=True, slots=True)
class Was:
    """What a decision may know of the past: the condition's own previous state, and its failures in a row."""

    now: datetime
    condition: Condition | None = None
    streak: Streak = Streak()

    @property
    def true(self) -> bool:
        """Say whether the condition was True."""
        return self.condition is not None and self.condition.status is Truth.TRUE

    @property
    def seen(self) -> bool:
        """Say whether the condition was ever True or False."""
        return self.condition is not None and self.condition.status is not Truth.UNKNOWN

    @property
    def false_for(self) -> float:
        """Return for how many seconds the condition has been False, 0 if it was not."""
        if self.condition is None or self.condition.status is not Truth.FALSE:
            return 0.0
        return (self.now - self.condition.last_transition_time).total_seconds()


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict to publish, changes to make, this phase's fields of status, and when to look again (seconds).

    ``failed_look`` says why the look failed, or why what was seen counts as a failed look, whatever the verdict says.
    ``events`` are for people, beside the one that every new verdict gets by itself.
    """

    verdict: Verdict
    changes: tuple[Change, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    recheck_after: float | None = None
    streak: Streak = Streak()
    failed_look: Reason | None = None
    events: tuple[Event, ...] = ()

    def without(self, held: tuple[Change, ...]) -> "Decision":
        """Return the decision without the changes that are held back."""
        return replace(self, changes=tuple(change for change in self.changes if change not in held))


class Findings:
    """What the phases before saw in this pass, by phase."""

    def __init__(self) -> None:
        self._seen: dict[type, object] = {}

    def add(self, phase: type, seen: object) -> None:
        """Keep what a phase saw."""
        self._seen[phase] = seen

    def of(self, phase: "type[Phase[Any, Seen]]") -> Seen | None:
        """Return what that phase saw in this pass, or None if it could not look or had nothing to look at yet."""
        return cast("Seen | None", self._seen.get(phase))


class Phase(ABC, Generic[Subject, Seen]):
    """One condition: what it needs, how it looks, what it makes of that."""

    condition: ClassVar[ConditionType]
    needs: ClassVar[tuple[ConditionType, ...]] = ()
    """Conditions that must be True before anything new is made."""
    reports: ClassVar[tuple[str, ...]] = ()
    """Fields of status that this phase alone fills, in camelCase; they stay as they were when a look fails."""

    def __init__(self, ports: Ports, settings: OperatorSettings) -> None:
        self.ports = ports
        self.settings = settings

    @abstractmethod
    async def observe(self, subject: Subject, findings: Findings, now: datetime) -> Seen | None:
        """Look, reading only; None means that there is nothing to look at yet. Raises ProviderError."""

    @abstractmethod
    def decide(self, subject: Subject, seen: Seen, was: Was) -> Decision:
        """Think; pure."""
