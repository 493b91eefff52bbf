"""Asks a domain's ingestion by its public name who it is: the well-known address of the settings contract."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from nameplate_api.conditions import Reason
from nameplate_api.ingestion_settings import WellKnown
from nameplate_api.mounts import WELL_KNOWN_PATH
from nameplate_operator.ports import Prober, ProbeTarget, ProviderError

Heard = WellKnown | ProviderError
"""What was answered, or why nothing usable was."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose ingestion must answer."""

    domain: str
    uid: str


async def ask(prober: Prober, target: ProbeTarget, expected: Identity) -> Heard:
    """Return what the host answers; an answer that is not this domain's own is NotOurs."""
    if not target.addresses:
        message = f"Our name servers do not give the Ingress' address for {target.host} yet."
        return ProviderError(Reason.CONNECT_FAILED, message)
    nonce = secrets.token_hex(8)
    try:
        answer = await prober.ask(target, f"{WELL_KNOWN_PATH}?nonce={nonce}")
    except ProviderError as error:
        return error
    if answer.status != 200:
        return _not_ours(target.host, f"HTTP status {answer.status}")
    try:
        said = WellKnown.model_validate_json(answer.body)
    except ValidationError:
        return _not_ours(target.host, "something that is no answer of a Nameplate ingestion")
    if said.nonce != nonce:
        return _not_ours(target.host, "an answer to an older request, as a cache would")
    if (said.domain, said.uid) != (expected.domain, expected.uid):
        return _not_ours(target.host, "the ingestion of another domain")
    return said


def first_failure(heard: Iterable[Heard]) -> ProviderError | None:
    """Return the first of the answers that is a failure."""
    return next((one for one in heard if isinstance(one, ProviderError)), None)


def _not_ours(host: str, found: str) -> ProviderError:
    return ProviderError(Reason.NOT_OURS, f"https://{host} gave {found}. {Reason.NOT_OURS.remedy}", retry_after=5)
