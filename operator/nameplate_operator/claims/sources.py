"""Which sources a CustomDomain may serve: each belongs to one domain of its namespace, the first that recorded it.

A source is recorded first and looked at again after that; of two domains that recorded it at once, the lower claim
keeps it.
"""

from nameplate_operator.claims.register import Register
from nameplate_operator.subject import Claim, Domain


def wanted(domain: Domain) -> tuple[str, ...]:
    """Return the names of the sources in the spec."""
    return tuple(source.name for source in domain.spec.sources)


def taken(domain: Domain, register: Register) -> dict[str, Claim]:
    """Return the sources of the spec that another domain of the namespace has, each with that domain's claim."""
    own = register.own
    recorded = own.spec.sources if own else ()
    found: dict[str, Claim] = {}
    for claim in sorted(register.siblings, key=order):
        if not claim.bound or claim.spec.release_time is not None or not register.ours(claim):
            continue
        for source in set(wanted(domain)) & set(claim.spec.sources):
            if own is None or source not in recorded or order(claim) < order(own):
                found.setdefault(source, claim)
    return found


def to_record(domain: Domain, register: Register) -> tuple[str, ...]:
    """Return what the claim must record: the spec's sources, or while one is taken, what it has without those."""
    lost = taken(domain, register)
    if not lost:
        return wanted(domain)
    # What is still served by the last good spec stays recorded.
    recorded = register.own.spec.sources if register.own else ()
    return tuple(source for source in recorded if source not in lost)


def order(claim: Claim) -> tuple[object, str]:
    """Return what decides between two claims: the older one is lower, then that of the lower uid."""
    return claim.created_at, claim.uid
