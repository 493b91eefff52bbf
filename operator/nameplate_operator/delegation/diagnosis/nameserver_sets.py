"""Reasons of the listed name servers: missing, foreign or misspelt ones, and a TTL that is too long."""

from collections.abc import Iterator

from nameplate_api.conditions import Reason
from nameplate_api.hostname import ancestors
from nameplate_operator.delegation.diagnosis.case import Case
from nameplate_operator.delegation.problem import Problem, Severity
from nameplate_operator.delegation.words import listed

_LONGEST_TTL = 86400
_TYPING_ERRORS = 2


def problems(case: Case) -> Iterator[Problem]:
    """Yield how the listed set differs from the expected one; nothing where the name is not delegated."""
    if case.best is None:
        return
    if case.expected:
        yield from _differences(case, case.best.ttl)
    if case.best.ttl > _LONGEST_TTL:
        yield _long_ttl(case)


def _differences(case: Case, ttl: int) -> Iterator[Problem]:
    missing, extra = case.expected - case.found, case.found - case.expected
    dotless = {found: right for found in sorted(extra) if (right := _without_zone(case, found))}
    wrong = {found: right for found in sorted(extra - set(dotless)) if (right := _meant(found, missing))}
    if dotless:
        yield _dotless(case, dotless, ttl)
    if wrong:
        yield _misspelt(case, wrong, ttl)
    missing = missing - set(dotless.values()) - set(wrong.values())
    extra = extra - set(dotless) - set(wrong)
    corrected = bool(dotless or wrong)
    if extra and not (case.found & case.expected or corrected):
        yield _elsewhere(case, ttl)
    elif extra and missing:
        yield _mixed(case, missing, extra, ttl)
    elif extra:
        yield _extra(case, extra, ttl)
    elif missing:
        yield _incomplete(case, missing)


def _dotless(case: Case, wrong: dict[str, str], ttl: int) -> Problem:
    message = (
        f"The name servers were saved as {listed(wrong)}: your provider added the zone name. "
        "Put a dot at the end of each value."
    )
    values = (f"{right}." for right in wrong.values())
    records = (*case.remove("NS", wrong, ttl), *case.add("NS", values))
    return Problem(Reason.NS_MISSING_TRAILING_DOT, Severity.BLOCKING, message, records)


def _misspelt(case: Case, wrong: dict[str, str], ttl: int) -> Problem:
    meant = " ".join(f"{found} looks like a typing error for {right}." for found, right in list(wrong.items())[:5])
    records = (*case.remove("NS", wrong, ttl), *case.add("NS", wrong.values()))
    return Problem(Reason.NS_MISSPELT, Severity.BLOCKING, f"{meant} Correct what was typed.", records)


def _elsewhere(case: Case, ttl: int) -> Problem:
    message = (
        f"{case.facts.name} is delegated to {listed(sorted(case.found))}. Replace all of them by "
        f"{listed(sorted(case.expected))}."
    )
    records = (*case.remove("NS", case.found, ttl), *case.add("NS", case.nameservers))
    return Problem(Reason.DELEGATION_ELSEWHERE, Severity.BLOCKING, message, records)


def _mixed(case: Case, missing: frozenset[str], extra: frozenset[str], ttl: int) -> Problem:
    message = (
        f"Only part of the NS records are right. Remove {listed(sorted(extra))}, add {listed(sorted(missing))}; "
        "a mixture gives different answers at random."
    )
    records = (*case.remove("NS", extra, ttl), *case.add("NS", missing))
    return Problem(Reason.DELEGATION_MIXED, Severity.BLOCKING, message, records)


def _extra(case: Case, extra: frozenset[str], ttl: int) -> Problem:
    message = (
        f"All the right servers are listed, but also {listed(sorted(extra))}. "
        "Remove them: part of the traffic would go there."
    )
    return Problem(Reason.DELEGATION_EXTRA_NS, Severity.WARNING, message, case.remove("NS", extra, ttl))


def _incomplete(case: Case, missing: frozenset[str]) -> Problem:
    present = len(case.found & case.expected)
    message = (
        f"{present} of {len(case.expected)} name servers are listed. It works, with less redundancy. "
        f"Please add {listed(sorted(missing))}."
    )
    return Problem(Reason.DELEGATION_INCOMPLETE, Severity.WARNING, message, case.add("NS", missing))


def _long_ttl(case: Case) -> Problem:
    ttl = case.best.ttl if case.best else 0
    message = f"The NS records may be cached for {ttl} seconds. Lower their TTL before any later change."
    return Problem(Reason.NS_TTL_HIGH, Severity.WARNING, message, case.add("NS", case.nameservers or case.found))


def _without_zone(case: Case, found: str) -> str:
    """Return the expected server that was saved with the name of a zone behind it, or ""."""
    zones = (case.facts.zone, case.facts.name, *ancestors(case.facts.name)[:-1])
    return next((e for e in sorted(case.expected) for zone in zones if zone and found == f"{e}.{zone}"), "")


def _meant(found: str, missing: frozenset[str]) -> str:
    """Return the missing server that was most likely meant, or ""."""
    near = sorted((distance(found, right), right) for right in missing)
    return near[0][1] if near and near[0][0] <= _TYPING_ERRORS else ""


def distance(one: str, other: str) -> int:
    """Return how many letters must be put in, left out or changed (Levenshtein), counted no further than needed."""
    if abs(len(one) - len(other)) > _TYPING_ERRORS:
        return _TYPING_ERRORS + 1
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, right in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (left != right))
    return row[-1]
