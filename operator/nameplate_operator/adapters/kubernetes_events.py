"""Posts Kubernetes Events without repetition: the same words about the same object are said once in a while only."""

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nameplate_api.base import micro_instant
from nameplate_operator.adapters.kubernetes_paths import path_of
from nameplate_operator.adapters.kubernetes_requests import Call, Requests
from nameplate_operator.kinds import EVENT
from nameplate_operator.ports import Event, ProviderError

log = logging.getLogger(__name__)

CONTROLLER = "nameplate.dev/operator"
_LONGEST_NOTE = 1024
"""Octets, as the API server counts."""
_LONGEST_NAME = 200


class Events:
    """Says a thing once in ``repeat_after`` seconds, for which the API server keeps an Event by default."""

    def __init__(
        self,
        requests: Requests,
        instance: str,
        *,
        repeat_after: float = 3600.0,
        remembered: int = 10_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = requests
        self._instance = instance
        self._repeat_after = repeat_after
        self._most = remembered
        self._now = now
        self._said: OrderedDict[str, float] = OrderedDict()

    async def emit(self, event: Event) -> None:
        """Post the Event; a failure is only logged, for nothing depends on it."""
        digest = hashlib.sha256(f"{event.uid}\0{event.reason}\0{event.message}".encode()).hexdigest()[:16]
        if self._repeated(digest):
            return
        namespace = event.about.namespace or "default"
        # The name is made from the words, so that a restarted operator does not repeat them either.
        name = f"{event.about.name[:_LONGEST_NAME].rstrip('.-')}.{digest}"
        body = {**_body(event, self._instance), "metadata": {"name": name, "namespace": namespace}}
        try:
            answer = await self._requests.send(
                Call("POST", path_of(EVENT, namespace), body=body, timeout=5, attempts=2)
            )
        except ProviderError as error:
            log.warning("The event %s about %s was not posted: %s", event.reason, event.about, error.message)
            return
        if not answer.ok and answer.status != 409:
            log.warning("The event %s about %s was refused: %d", event.reason, event.about, answer.status)

    def _repeated(self, digest: str) -> bool:
        now = self._now()
        before = self._said.get(digest)
        if before is not None and now - before < self._repeat_after:
            return True
        self._said[digest] = now
        self._said.move_to_end(digest)
        if len(self._said) > self._most:
            self._said.popitem(last=False)
        return False


def _body(event: Event, instance: str) -> dict[str, Any]:
    about = event.about
    regarding = {**about.kind.type_meta, "name": about.name, "uid": event.uid}
    if about.namespace:
        regarding["namespace"] = about.namespace
    return {
        **EVENT.type_meta,
        "eventTime": micro_instant(datetime.now(UTC)),
        "reportingController": CONTROLLER,
        "reportingInstance": instance,
        "action": event.action,
        "reason": event.reason,
        "regarding": regarding,
        "note": _cut(event.message),
        "type": event.type,
    }


def _cut(text: str) -> str:
    octets = text.encode()
    if len(octets) <= _LONGEST_NOTE:
        return text
    return octets[: _LONGEST_NOTE - len("…".encode())].decode(errors="ignore") + "…"
