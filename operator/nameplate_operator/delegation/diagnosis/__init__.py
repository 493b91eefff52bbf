"""Thinks about what was seen of a delegation: facts and what was expected in, problems out; pure.

Each module is one group of the table of reasons, in the order in which a person would mend them.
"""

from collections.abc import Callable, Iterator

from nameplate_operator.delegation.diagnosis import absence, child_servers, dnssec, nameserver_sets, parent
from nameplate_operator.delegation.diagnosis.case import Case
from nameplate_operator.delegation.problem import Conclusion, Problem, conclude

__all__ = ["Case", "diagnose"]

_GROUPS: tuple[Callable[[Case], Iterator[Problem]], ...] = (
    parent.problems,
    absence.problems,
    nameserver_sets.problems,
    child_servers.problems,
    dnssec.problems,
)


def diagnose(case: Case) -> Conclusion:
    """Return what is wrong, and what that comes to."""
    return conclude(case.facts.name, (problem for group in _GROUPS for problem in group(case)))
