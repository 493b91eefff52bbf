"""Says in the words of the ports what an answer of the API server means that is no success."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nameplate_api.conditions import Reason
from nameplate_api.text import printable
from nameplate_operator.adapters.kubernetes_obstacles import immutable, lacking, obstacle
from nameplate_operator.ports import Conflict, ProviderError

log = logging.getLogger(__name__)

_AWAY = "The Kubernetes API did not answer."
_MOST_FIELDS = 3
_LONGEST_TEXT = 500
_IMMUTABLE = "field is immutable"
"""Of k8s.io/apimachinery, api/validation; kinds that are immutable only at times go on to say when."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server answered; ``retry_after`` is in seconds, where it said so."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        """Say whether it is a success."""
        return self.status < 400

    @property
    def missing(self) -> bool:
        """Say whether the object is not there, by the API server's own word: whatever stands before it says 404 too."""
        return self.status == 404 and self.body.get("reason") == "NotFound"

    @property
    def causes(self) -> tuple[tuple[str, str], ...]:
        """Return reason and field of each cause that it names."""
        return tuple((str(each.get("reason")), str(each.get("field", ""))) for each in self._causes)

    @property
    def immutable(self) -> str | None:
        """Return the first field that cannot be changed, if nothing else is wrong with what was sent."""
        if not self._causes or not all(_IMMUTABLE in str(each.get("message")) for each in self._causes):
            return None
        return str(self._causes[0].get("field", ""))

    @property
    def text(self) -> str:
        """Return what it says, for people."""
        return str(self.body.get("message", ""))

    @property
    def _causes(self) -> Sequence[Mapping[str, Any]]:
        details = self.body.get("details") or {}
        return details.get("causes") or ()


def unavailable(retry_after: float | None = None) -> ProviderError:
    """Return the error for no answer, or for one that says no more than that it fails."""
    return ProviderError(Reason.PROVIDER_UNAVAILABLE, _AWAY, retry_after=retry_after)


def require_success(answer: Answer, attempt: str, about: str) -> dict[str, Any]:
    """Return what a success carries. Raises ``refusal`` for anything else."""
    if answer.ok:
        return dict(answer.body)
    raise refusal(answer, attempt, about)


def refusal(answer: Answer, attempt: str, about: str) -> ProviderError:
    """Return the error for an answer to an attempt ("create") at something ("Secret acme/web-tls")."""
    log.info("%s %s: %d %s", attempt, about, answer.status, _loggable(answer, about))
    causes = answer.causes
    if (found := obstacle(answer.text, about)) is not None:
        return found
    if answer.status == 429:
        message = "The Kubernetes API asks us to slow down."
        return ProviderError(Reason.RATE_LIMITED, message, retry_after=answer.retry_after)
    # A list is missing only where its kind is not served.
    absent = answer.missing and attempt not in ("list", "watch")
    if answer.status >= 500 or (answer.status == 404 and not absent):
        return unavailable(answer.retry_after)
    if answer.status == 401:
        message = "The Kubernetes API does not accept the operator's credentials."
        return ProviderError(Reason.CREDENTIALS_REJECTED, message)
    # A namespace that is being deleted lets nothing in; the next look sees that it is.
    if answer.status == 403 and not any(reason == "NamespaceTerminating" for reason, _ in causes):
        return lacking(answer.text, attempt, about)
    if answer.status in (403, 404, 409, 410) or ("FieldValueInvalid", "metadata.uid") in causes:
        return Conflict(f"{about} is gone, another, or has changed.")
    if (field := answer.immutable) is not None:
        return immutable(field, about)
    return _invalid(causes, attempt, about)


def _loggable(answer: Answer, about: str) -> str:
    # Where a field is named, its value is repeated, and what is said of a Secret may show what is in it.
    if about.lower().startswith("secret") or any(field for _, field in answer.causes):
        return printable(str(answer.body.get("reason", "")))
    return printable(answer.text[:_LONGEST_TEXT])


def _invalid(causes: tuple[tuple[str, str], ...], attempt: str, about: str) -> ProviderError:
    # The server's own text repeats the values, and they may be secret.
    fields = list(dict.fromkeys(field for _, field in causes if field))[:_MOST_FIELDS]
    where = f" because of {', '.join(fields)}" if fields else ""
    message = f"Kubernetes refused to {attempt} {about}{where}."
    return ProviderError(Reason.INTERNAL_ERROR, message)
