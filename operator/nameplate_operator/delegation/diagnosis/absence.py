"""Reasons of a name that the parent does not delegate: what stands there instead, or stands in the way."""

from collections.abc import Iterator

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.diagnosis.case import Case
from nameplate_operator.delegation.facts import Found, View
from nameplate_operator.delegation.problem import Problem, Severity
from nameplate_operator.delegation.words import listed


def problems(case: Case) -> Iterator[Problem]:
    """Yield why no server of the parent delegates the name; nothing where one does."""
    if case.twins:
        yield _twin(case)
    elif case.heard and case.best is None and not case.facts.missing:
        yield from _instead(case)


def _twin(case: Case) -> Problem:
    message = (
        f"The provider of {case.facts.zone} also holds a zone of its own named {case.facts.name}, "
        "which hides the delegation. Delete that zone there, and keep the NS records."
    )
    return Problem(Reason.PARENT_SERVES_CHILD, Severity.BLOCKING, message)


def _instead(case: Case) -> Iterator[Problem]:
    redirected = next((answer for answer in case.heard if answer.view is View.DNAME), None)
    if redirected is not None:
        message = (
            f"Everything under {redirected.detail} is redirected by a DNAME record, "
            f"so {case.facts.name} cannot be delegated. Choose another name."
        )
        yield Problem(Reason.DNAME_ABOVE, Severity.BLOCKING, message)
        return
    explained = tuple(_explanations(case))
    yield from explained or (_missing(case),)


def _explanations(case: Case) -> Iterator[Problem]:
    doubled, others = case.facts.absence.doubled, case.facts.absence.others
    if doubled is not None:
        yield _doubled(case, doubled)
    if any(other.wildcard for other in others):
        yield _wildcard(case)
    own = tuple(other for other in others if not other.wildcard)
    wrong = tuple(other for other in own if _holds_ours(case, other))
    for other in wrong:
        yield _wrong_type(case, other)
    left = tuple(other for other in own if other not in wrong)
    alias = next((other for other in left if other.type == "CNAME"), None)
    if alias is not None:
        yield _alias(case, alias)
    elif left:
        yield _others(case, left)


def _missing(case: Case) -> Problem:
    # Where its zone is edited is best told by its name servers.
    hosts = listed(dict.fromkeys(answer.server.name for answer in case.facts.parents))
    records = case.add("NS", case.nameservers)
    todo = "Add the records below" if records else "Add NS records for it"
    message = (
        f"{case.facts.zone or 'The root'} has no NS record for {case.host_label} yet. "
        f"{todo} where {case.facts.zone or 'it'} is hosted (its name servers are {hosts})."
    )
    return Problem(Reason.DELEGATION_MISSING, Severity.BLOCKING, message, records)


def _doubled(case: Case, found: Found) -> Problem:
    name, zone = case.facts.name, case.facts.zone
    doubled = f"{name}.{zone}"
    message = (
        f"The record was created as {doubled}. Your provider appends the zone by itself: "
        f"enter only {case.host_label} as the name."
    )
    records = (*case.remove("NS", found.values, found.ttl, doubled), *case.add("NS", case.nameservers or found.values))
    return Problem(Reason.NAME_DOUBLED, Severity.BLOCKING, message, records)


def _wildcard(case: Case) -> Problem:
    above = case.facts.name.partition(".")[2]
    message = (
        f"A wildcard such as *.{above} answers for every name, which hides that {case.host_label} has no NS record. "
        "The wildcard may stay; add the NS records."
    )
    return Problem(Reason.WILDCARD_ANSWER, Severity.BLOCKING, message, case.add("NS", case.nameservers))


def _holds_ours(case: Case, found: Found) -> bool:
    if found.type in ("A", "AAAA"):
        addresses = {a for host in case.facts.hosts if host.name in case.expected for a in host.addresses}
        return bool(addresses & set(found.values))
    return any(server in value.lower() for server in case.expected for value in found.values)


def _wrong_type(case: Case, found: Found) -> Problem:
    message = f"The name servers stand inside a {found.type} record. Make them NS records."
    records = (*case.remove(found.type, found.values, found.ttl), *case.add("NS", case.nameservers))
    return Problem(Reason.WRONG_RECORD_TYPE, Severity.BLOCKING, message, records)


def _alias(case: Case, found: Found) -> Problem:
    message = (
        f"{case.facts.name} is an alias of {listed(found.values)}. A name cannot be both alias and delegated: "
        "delete the CNAME record, then add the NS records."
    )
    records = (*case.remove("CNAME", found.values, found.ttl), *case.add("NS", case.nameservers))
    return Problem(Reason.CNAME_AT_DELEGATION_POINT, Severity.BLOCKING, message, records)


def _others(case: Case, found: tuple[Found, ...]) -> Problem:
    types = listed(other.type for other in found)
    message = (
        f"{case.facts.name} already carries {types} records. Those stop working once it is delegated; "
        "remove or move them, then add the NS records."
    )
    removed = (record for other in found for record in case.remove(other.type, other.values, other.ttl))
    return Problem(Reason.OTHER_RECORDS_ONLY, Severity.BLOCKING, message, (*removed, *case.add("NS", case.nameservers)))
