"""Reasons of DNSSEC that the parent's servers and the zone's own show without a validating resolver."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.diagnosis.case import Case
from nameplate_operator.delegation.facts import Signature
from nameplate_operator.delegation.problem import Problem, Severity
from nameplate_operator.delegation.signing import ds_values, fits


def problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the chain from the parent to the zone; nothing unless the zone is served."""
    if not case.serving:
        return
    facts = case.facts
    if facts.ds:
        yield from _chain(case, facts.ds)
    elif facts.ds is not None and facts.keys:
        message = "The zone is signed. Add the DS record below to finish the chain."
        yield Problem(Reason.DS_MISSING, Severity.WARNING, message, case.add("DS", ds_values(facts.name, facts.keys)))
    yield from _expired(case)


def _chain(case: Case, ds: tuple[str, ...]) -> Iterator[Problem]:
    facts, removal = case.facts, case.remove("DS", ds, case.facts.ds_ttl)
    if facts.keys == ():
        message = (
            f"A DS record for {facts.name} exists but the zone is not signed. Validating resolvers and all "
            "certificate authorities will reject it. Delete the DS record."
        )
        yield Problem(Reason.DS_WITHOUT_SIGNED_CHILD, Severity.BLOCKING, message, removal)
    elif facts.keys and fits(facts.name, ds, facts.keys) is False:
        message = f"The DS record of {facts.name} does not match the zone's signing key. Replace it."
        records = (*removal, *case.add("DS", ds_values(facts.name, facts.keys)))
        yield Problem(Reason.DS_MISMATCH, Severity.BLOCKING, message, records)


def _expired(case: Case) -> Iterator[Problem]:
    """Yield a signature outside its validity: it matters only where a DS record asks for signatures."""
    severity = Severity.BLOCKING if case.facts.ds else Severity.WARNING
    if any(_outside(child.signatures, case.now) for child in case.serving):
        todo = case.todo(Reason.SIGNATURE_EXPIRED)
        message = f"The signature of the zone {case.facts.name} has expired, or is not valid yet. {todo}"
        yield Problem(Reason.SIGNATURE_EXPIRED, severity, message)
    elif _outside(case.facts.ds_signatures, case.now):
        message = (
            f"The signature of {case.facts.zone} over the DS record of {case.facts.name} has expired. "
            f"Whoever hosts {case.facts.zone} has to sign it anew."
        )
        yield Problem(Reason.SIGNATURE_EXPIRED, severity, message)


def _outside(signatures: Iterable[Signature], now: datetime) -> bool:
    """Say whether there are signatures and none of them is valid now."""
    found = tuple(signatures)
    return bool(found) and not any(signature.inception <= now <= signature.expiration for signature in found)
