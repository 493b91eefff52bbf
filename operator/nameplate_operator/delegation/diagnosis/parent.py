"""Reasons of the parent zone itself: it cannot be found, reached or trusted to agree."""

from collections import Counter
from collections.abc import Iterator

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.diagnosis.case import Case
from nameplate_operator.delegation.facts import ParentAnswer, View, Why
from nameplate_operator.delegation.problem import Problem, Severity
from nameplate_operator.delegation.words import listed


def problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the parent zone."""
    facts = case.facts
    if not facts.heard:
        message = "No DNS server anywhere answered. Allow DNS queries to leave: UDP and TCP port 53."
        yield Problem(Reason.EGRESS_BLOCKED, Severity.UNKNOWN, message)
    elif facts.missing:
        message = (
            f"The domain {facts.missing} does not exist in public DNS. "
            "It may be misspelt, expired or not yet registered: correct, renew or register it."
        )
        yield Problem(Reason.ANCESTOR_NOT_FOUND, Severity.BLOCKING, message)
    elif not case.heard:
        yield _unheard(case)
    else:
        yield from _disagreement(case)
        yield from _tcp(case)
        yield from _glue(case)


def _unheard(case: Case) -> Problem:
    zone, answers = case.facts.zone or "the root", case.facts.parents
    if not case.facts.zone and any(answer.view is View.LAME for answer in answers):
        return _intercepted(answers)
    if answers and all(answer.view is View.LAME or answer.why is Why.NO_ADDRESS for answer in answers):
        said = listed(dict.fromkeys(answer.detail for answer in answers))
        message = (
            f"The servers listed for {zone} do not serve it ({said}). "
            "That domain itself is broken at its registrar: correct its own name servers there first."
        )
        return Problem(Reason.PARENT_LAME, Severity.BLOCKING, message)
    said = listed(dict.fromkeys(answer.detail for answer in answers)) or "no name server is known"
    count = len({answer.server.name for answer in answers})
    message = (
        f"None of the {count} name servers of {zone} gave a usable answer ({said}). "
        "If that stays so, ask whoever hosts it."
    )
    return Problem(Reason.PARENT_UNREACHABLE, Severity.UNKNOWN, message)


def _intercepted(answers: tuple[ParentAnswer, ...]) -> Problem:
    """Return the problem of a network on which somebody else answers: the root's own servers do serve the root."""
    said = listed(dict.fromkeys(answer.detail for answer in answers))
    message = (
        f"Something on this network, such as a proxy or a VPN, answers DNS in place of the root's servers ({said}). "
        "Let queries go out unchanged, by UDP and TCP port 53."
    )
    return Problem(Reason.PARENT_UNREACHABLE, Severity.UNKNOWN, message)


def _disagreement(case: Case) -> Iterator[Problem]:
    answers = tuple(answer for answer in case.heard if answer not in case.twins)
    positions = Counter(case.position(answer) for answer in answers)
    if len(positions) < 2:
        return
    right = case.position(case.best) if case.best else positions.most_common(1)[0][0]
    lagging = tuple(answer for answer in answers if case.position(answer) != right)
    have = "have the record shown here" if case.best else "agree"
    message = (
        f"{len(answers) - len(lagging)} of {len(answers)} servers of {case.facts.zone} {have}, {len(lagging)} do not "
        f"({listed(dict.fromkeys(answer.server.name for answer in lagging))}). "
        "Usually this settles within minutes; if not, ask the provider about zone transfer."
    )
    yield Problem(Reason.PARENT_INCONSISTENT, Severity.WARNING, message)


def _tcp(case: Case) -> Iterator[Problem]:
    blocked = dict.fromkeys(a.server.name for a in case.facts.parents if a.why is Why.TCP_BLOCKED)
    if blocked:
        server = f"{listed(blocked)} of {case.facts.zone}"
        message = f"{server} needs TCP for this answer, and TCP port 53 fails on the way. Open it."
        yield Problem(Reason.TCP_BLOCKED, Severity.WARNING, message)


def _glue(case: Case) -> Iterator[Problem]:
    if case.facts.glue_mismatch:
        message = (
            f"The addresses published above {case.facts.zone} for {listed(case.facts.glue_mismatch)} "
            "differ from the servers' own. Correct them at the registrar."
        )
        yield Problem(Reason.GLUE_MISMATCH, Severity.WARNING, message)
