"""At which paths a domain serves Analytics.js: those in use, as the claim records them, and former ones for a while.

A path is recorded before it is first served, so that whatever a page may have copied is known when it is left.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from nameplate_api.alias import default_alias
from nameplate_api.base import instant
from nameplate_api.domain_claim import MOST_ALIASES, ClaimAlias
from nameplate_api.sources import SourceType
from nameplate_operator.claims import sources
from nameplate_operator.claims.register import Register
from nameplate_operator.subject import Claim, Domain

SERVED_ON_FOR = timedelta(days=30)
"""A page that asks for a path that is gone collects nothing. The path stands in templates and tag managers, which are
released once a month if not more often, and in caches, which keep a page for hours or days."""


def to_record(domain: Domain, register: Register) -> tuple[ClaimAlias, ...]:
    """Return what the claim must record; a path that is no longer chosen is left from now on."""
    known = register.own.spec.aliases if register.own else ()
    if sources.taken(domain, register):
        # The last good spec is still the one that is served.
        return known
    chosen = {source.alias: source.name for source in domain.spec.sources if source.alias}
    used = [ClaimAlias(path=path, source=source) for path, source in chosen.items()]
    left = [
        alias if alias.left_time else alias.model_copy(update={"left_time": register.at})
        for alias in known
        if alias.path not in chosen and _is_due(alias, register.at)
    ]
    newest = sorted(left, key=lambda alias: alias.left_time or register.at, reverse=True)
    return tuple(sorted((*used, *newest[: MOST_ALIASES - len(used)]), key=lambda alias: alias.path))


def documents(aliases: Iterable[ClaimAlias]) -> list[dict[str, Any]]:
    """Return them as they stand in a claim."""
    return [
        {"path": alias.path, "source": alias.source}
        | ({"leftTime": instant(alias.left_time)} if alias.left_time else {})
        for alias in aliases
    ]


def served(domain: Domain, claim: Claim, now: datetime) -> Mapping[str, tuple[str, ...]]:
    """Return the paths by source: those in use before the default ones, and former ones where nobody else has them."""
    names = [source.name for source in domain.spec.sources if source.type is SourceType.ANALYTICS_JS]
    due = [(alias.path, alias.source) for alias in claim.spec.aliases if _is_due(alias, now)]
    used = {alias.path for alias in claim.spec.aliases if alias.left_time is None}
    defaults = [(default_alias(domain.ref.namespace, name), name) for name in names]
    owners: dict[str, str] = {}
    for path, source in (*(each for each in due if each[0] in used), *defaults, *due):
        if source in names:
            owners.setdefault(path, source)
    return {name: tuple(path for path, owner in owners.items() if owner == name) for name in names}


def until_next_end(claim: Claim, now: datetime) -> float | None:
    """Return the seconds until the first of the former paths ends, None if there is none.

    One that is over is taken out now, or held back by what holds back every change: to wait for it would be no pause.
    """
    ends = [alias.left_time + SERVED_ON_FOR for alias in claim.spec.aliases if alias.left_time and _is_due(alias, now)]
    return (min(ends) - now).total_seconds() if ends else None


def _is_due(alias: ClaimAlias, now: datetime) -> bool:
    return alias.left_time is None or now < alias.left_time + SERVED_ON_FOR
