"""Answers one question: does any server of the parent zone still delegate a name to given name servers?"""

from dataclasses import dataclass

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.facts import HEARD, Facts, View
from nameplate_operator.delegation.look import DelegationLook
from nameplate_operator.ports import ProviderError


@dataclass(frozen=True, slots=True)
class ParentServers:
    """The servers of the zone above a name, asked anew each time."""

    delegation: DelegationLook

    async def delegates(self, name: str, nameservers: tuple[str, ...], payer: str) -> bool:
        """Say whether any of them does; raises ProviderError where one that counts did not say."""
        return still_delegates(await self.delegation.look_at_parent(name, payer), nameservers)


def still_delegates(facts: Facts, nameservers: tuple[str, ...]) -> bool:
    """Judge what was seen: True if one server delegates to us, False only if every one of them spoke and none does."""
    if facts.missing and facts.parents and all(answer.view in HEARD for answer in facts.parents):
        return False
    ours = {each.lower() for each in nameservers}
    if any(ours & set(answer.nameservers) for answer in facts.parents):
        return True
    unheard = sorted({answer.server.name for answer in facts.parents if answer.view not in HEARD})
    found = facts.reached or any(answer.view is View.DNAME for answer in facts.parents)
    if not found or not facts.parents or unheard:
        which = ", ".join(unheard) or f"the zone above {facts.name}"
        raise ProviderError(Reason.PARENT_UNREACHABLE, f"No usable answer of {which}; it is asked again.")
    return False
