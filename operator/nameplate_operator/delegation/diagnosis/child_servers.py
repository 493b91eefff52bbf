"""Reasons of the zone's own name servers: without address, lame, silent, or serving another zone of the name."""

from collections.abc import Iterator

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.diagnosis.case import Case
from nameplate_operator.delegation.facts import ChildAnswer, Host, HostState, Service, Why
from nameplate_operator.delegation.problem import Problem, Severity
from nameplate_operator.delegation.words import listed

_LAME = {
    Service.REFUSED: Reason.LAME_REFUSED,
    Service.FAILED: Reason.LAME_SERVFAIL,
    Service.DENIED: Reason.LAME_NXDOMAIN,
    Service.REFERS_AWAY: Reason.LAME_UPWARD_REFERRAL,
}
_LONGEST_WITH_TOKEN = 253 - len("_nameplate.")
_NO_WAY = (Why.NO_ROUTE, Why.NOT_ASKED)


def problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the servers; nothing unless the parent lists one of them."""
    if case.best is None or (case.expected and not case.found & case.expected):
        return
    yield from _hosts(case)
    for service, reason in _LAME.items():
        yield from _lame(case, service, reason)
    yield from _without_authority(case)
    yield from _silent(case)
    yield from _tcp(case)
    yield from _wrong_zone(case)
    yield from _listed_otherwise(case)
    yield from _glue(case)


def _hosts(case: Case) -> Iterator[Problem]:
    hosts = tuple(host for host in case.facts.hosts if host.name in (case.expected or case.found))
    homeless = tuple(host for host in hosts if host.state is HostState.ABSENT)
    if homeless:
        message = f"The name server {_names(homeless)} has no address record. {case.todo(Reason.NS_UNRESOLVABLE)}"
        all_of_them = len(homeless) == len(hosts)
        severity = Severity.BLOCKING if all_of_them or not case.expected else Severity.WARNING
        yield Problem(Reason.NS_UNRESOLVABLE, severity, message)
    aliases = tuple(host for host in hosts if host.alias)
    if aliases:
        message = f"{_names(aliases)} is an alias, which no name server may be. {case.todo(Reason.NS_IS_ALIAS)}"
        yield Problem(Reason.NS_IS_ALIAS, Severity.WARNING, message)


def _names(hosts: tuple[Host, ...]) -> str:
    return listed(host.name for host in hosts)


def _lame(case: Case, service: Service, reason: Reason) -> Iterator[Problem]:
    lame = tuple(child for child in case.ours if child.service is service)
    if lame:
        said = listed(dict.fromkeys(child.detail for child in lame))
        message = f"{_servers(lame)} does not serve {case.facts.name} ({said}). {case.todo(reason)}"
        # Of our own servers one that serves will do; where nothing was expected, every listed one must.
        severity = Severity.WARNING if case.serving and case.expected else Severity.BLOCKING
        yield Problem(reason, severity, message)


def _without_authority(case: Case) -> Iterator[Problem]:
    caches = tuple(child for child in case.ours if child.service is Service.NOT_AUTHORITATIVE)
    if not caches:
        return
    # Servers that we asked people to list are ours to mend.
    foreign = {child.server.name for child in caches} - case.expected
    ttl = case.best.ttl if case.best else 0
    todo = "Remove it from the NS records." if foreign else case.todo(Reason.LAME_REFUSED)
    message = f"{_servers(caches)} answers from a cache, not as the owner of the zone. {todo}"
    yield Problem(Reason.NOT_AUTHORITATIVE, Severity.BLOCKING, message, case.remove("NS", foreign, ttl))


def _silent(case: Case) -> Iterator[Problem]:
    silent = tuple(c for c in case.ours if c.service is Service.SILENT and c.why is not Why.NO_ADDRESS)
    silent = tuple(c for c in silent if c.why is not Why.TCP_BLOCKED or not (case.serving and case.expected))
    # An address family that we have no way to is no fault of a server that answered at its other address.
    answered = {child.server.name for child in case.ours if child.service is not Service.SILENT}
    silent = tuple(c for c in silent if not (c.why in _NO_WAY and c.server.name in answered))
    if silent:
        why = listed(dict.fromkeys(child.detail for child in silent))
        serving = case.serving and case.expected
        lame = any(child.service is not Service.SILENT for child in case.ours) and not case.serving
        severity = Severity.WARNING if serving or lame else Severity.UNKNOWN
        message = f"{_servers(silent)} gave no answer ({why}). {case.todo(Reason.NS_TIMEOUT)}"
        yield Problem(Reason.NS_TIMEOUT, severity, message)


def _tcp(case: Case) -> Iterator[Problem]:
    blocked = tuple(child for child in case.ours if child.why is Why.TCP_BLOCKED)
    if blocked:
        message = f"{_servers(blocked)} needs TCP for this answer, and TCP port 53 fails on the way. Open it."
        yield Problem(Reason.TCP_BLOCKED, Severity.WARNING, message)


def _wrong_zone(case: Case) -> Iterator[Problem]:
    if case.token is None:
        return
    wrong = tuple(child for child in case.serving if child.texts is not None and case.token not in child.texts)
    if wrong:
        message = (
            f"{_servers(wrong)} answers for {case.facts.name} from a different hosted zone. "
            "Two zones of the same name exist; retire the old one."
        )
        yield Problem(Reason.WRONG_ZONE_ANSWERS, Severity.BLOCKING, message)
    unread = tuple(child for child in case.serving if child.texts is None)
    if unread and len(case.facts.name) <= _LONGEST_WITH_TOKEN:
        severity = Severity.UNKNOWN if len(unread) == len(case.serving) else Severity.WARNING
        message = (
            f"{_servers(unread)} did not give the TXT record _nameplate.{case.facts.name}, the mark of its zone. "
            f"{case.todo(Reason.NS_TIMEOUT)}"
        )
        yield Problem(Reason.NS_TIMEOUT, severity, message)


def _listed_otherwise(case: Case) -> Iterator[Problem]:
    right = case.expected or case.found
    own = next((set(c.nameservers) for c in case.serving if c.nameservers and set(c.nameservers) != right), None)
    if own is not None:
        difference = _difference(set(right), own)
        message = f"Parent and zone list different name servers: {difference}. {case.todo(Reason.CHILD_NS_MISMATCH)}"
        yield Problem(Reason.CHILD_NS_MISMATCH, Severity.WARNING, message)


def _difference(right: set[str], own: set[str]) -> str:
    parts = []
    if right - own:
        parts.append(f"the zone itself leaves out {listed(sorted(right - own))}")
    if own - right:
        parts.append(f"the zone itself lists {listed(sorted(own - right))} besides")
    return "; ".join(parts)


def _glue(case: Case) -> Iterator[Problem]:
    wrong = case.facts.own_glue_mismatch
    if wrong:
        message = (
            f"The addresses that {case.facts.zone} publishes for {listed(wrong)} differ from the servers' own. "
            "Correct them there."
        )
        yield Problem(Reason.GLUE_MISMATCH, Severity.WARNING, message)


def _servers(children: tuple[ChildAnswer, ...]) -> str:
    return listed(dict.fromkeys(child.server.name for child in children))
