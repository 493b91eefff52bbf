"""What is wrong with a delegation, as values: one problem per cause, with the records that mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from nameplate_api.conditions import Reason, Truth, clip

TTL = 3600
"""TTL in seconds of the records that people are asked to add."""
_MOST_VALUES = 16
_ORDER = {reason: position for position, reason in enumerate(Reason)}


class Severity(StrEnum):
    """What a problem does to the verdict, the gravest first."""

    BLOCKING = "Blocking"
    UNKNOWN = "Unknown"
    WARNING = "Warning"


class Action(StrEnum):
    """What a person must do with a record."""

    ADD = "Add"
    REMOVE = "Remove"


@dataclass(frozen=True, slots=True)
class Record:
    """A record to add or remove; ``relative_name`` is what to enter where an editor appends the zone's own name."""

    action: Action
    name: str
    relative_name: str
    type: str
    values: tuple[str, ...]
    ttl: int = TTL


@dataclass(frozen=True, slots=True)
class Problem:
    """One cause, in words for the owner of the domain."""

    reason: Reason
    severity: Severity
    message: str
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The problems in the order in which to mend them, summed up."""

    truth: Truth
    reason: Reason
    message: str
    problems: tuple[Problem, ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        """Return every record to add or remove, once."""
        return tuple(dict.fromkeys(record for problem in self.problems for record in problem.records))


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems, the primary one first: by severity, then as the reasons are listed."""
    severities = tuple(Severity)
    return tuple(sorted(problems, key=lambda p: (severities.index(p.severity), _ORDER[p.reason])))


def conclude(name: str, problems: Iterable[Problem]) -> Conclusion:
    """Sum the problems up: any blocking one is False, else any unknown one Unknown, else True."""
    problems = ordered(problems)
    primary = next(iter(problems), None)
    if primary is not None and primary.severity is not Severity.WARNING:
        truth = Truth.FALSE if primary.severity is Severity.BLOCKING else Truth.UNKNOWN
        return Conclusion(truth, primary.reason, clip(primary.message), problems)
    partial = any(problem.reason is Reason.DELEGATION_INCOMPLETE for problem in problems)
    message = f"{name} is delegated, and its name servers answer for it."
    if primary is not None:
        message = f"{message} {primary.message}"
    return Conclusion(Truth.TRUE, Reason.DELEGATED_PARTIALLY if partial else Reason.DELEGATED, clip(message), problems)


def bounded(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values as a record shows them: sorted, few, and each of bounded length."""
    return tuple(value[:512] for value in sorted(values)[:_MOST_VALUES])
