"""How kopf is set, with the reason for whatever is set otherwise than it does by itself."""

from collections.abc import Iterator
from typing import Any

import kopf


class _Unwritten(kopf.DiffBaseStorage, kopf.ProgressStorage):
    """Keeps nothing: so nothing is copied for it, and no annotation can ever appear on a user's object."""

    def build(self, **_: Any) -> Any:
        return {}

    def fetch(self, **_: Any) -> Any:
        return None

    def store(self, **_: Any) -> None:
        return None

    def purge(self, **_: Any) -> None:
        return None

    def touch(self, **_: Any) -> None:
        return None

    def clear(self, *, essence: Any) -> Any:
        return essence


class _Endless:
    """Pauses between the attempts of one request: it is never given up, since giving up would end the process."""

    def __iter__(self) -> Iterator[float]:
        yield from (1, 1, 2, 3, 5, 8, 13)
        while True:
            yield 20


def kopf_settings() -> kopf.OperatorSettings:
    """Return the settings of one run of kopf."""
    settings = kopf.OperatorSettings()
    # Nobody reads what kopf remembers of an object, but it would be written on the object.
    settings.persistence.diffbase_storage = settings.persistence.progress_storage = _Unwritten()
    # kopf takes away a finalizer of this name where it finds one: neither ours nor that of another operator.
    settings.persistence.finalizer = "kopf.nameplate.dev/never-set"
    # No handler waits for an own patch to come back, for there is none.
    settings.persistence.consistency_timeout = 0
    # A listing in pages bounds its memory and how long the loop stands still.
    settings.watching.chunk_size = 500
    # A watch is renewed every five minutes even if it seems well; whole seconds, since the API server parses them.
    settings.watching.server_timeout = 300
    settings.watching.client_timeout = 310
    settings.watching.connect_timeout = 10
    # A stream without a bookmark for longer than the API server's minute is dead.
    settings.watching.inactivity_timeout = 70
    # An object's task lives for as long as its events need; a limit would make each hold its place while idle.
    settings.queueing.idle_timeout = 0.5
    settings.queueing.worker_limit = None
    # Our kinds are served before kopf starts; the watch of CRDs and namespaces costs rights, and can end the process.
    settings.scanning.disabled = True
    # The Lease decides who works; peering is no lock.
    settings.peering.standalone = True
    # Events of ours are posted by the cluster adapter, without repetition.
    settings.posting.enabled = False
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 10
    settings.networking.error_backoffs = _Endless()
    settings.networking.enforce_retry_after = True
    # A variable such as HTTPS_PROXY must not come between the API server and us.
    settings.networking.trust_env = False
    return settings
