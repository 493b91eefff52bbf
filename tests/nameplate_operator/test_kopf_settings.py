"""How kopf ships: the settings without which a hazard of kopf comes back, each by the value that runs."""

from typing import Any

import pytest

from nameplate_operator.kopf_settings import kopf_settings

BOOKMARK_EVERY = 60
"""Seconds between two bookmarks of a watch that has nothing else to tell (k8s.io/apiserver, storage/cacher)."""


def test_a_silent_watch_is_given_up_soon_after_a_bookmark_is_due() -> None:
    timeout = kopf_settings().watching.inactivity_timeout
    assert timeout is not None
    assert BOOKMARK_EVERY < timeout <= 90


def test_a_watch_is_renewed_by_the_server_before_the_client_gives_it_up() -> None:
    watching = kopf_settings().watching
    assert watching.server_timeout is not None
    assert watching.client_timeout is not None
    assert isinstance(watching.server_timeout, int)
    assert watching.server_timeout < watching.client_timeout <= 600


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        pytest.param("persistence.consistency_timeout", 0, id="no pass waits for an own patch to come back"),
        pytest.param("persistence.finalizer", "kopf.nameplate.dev/never-set", id="nobody's finalizer is taken away"),
        pytest.param("watching.connect_timeout", 10, id="a connection that hangs is given up"),
        pytest.param("watching.chunk_size", 500, id="a listing comes in pages"),
        pytest.param("queueing.worker_limit", None, id="no object waits for another's task"),
        pytest.param("scanning.disabled", True, id="a change of CRDs cannot end the process"),
        pytest.param("peering.standalone", True, id="peering is no lock"),
        pytest.param("posting.enabled", False, id="kopf posts no Events"),
        pytest.param("networking.request_timeout", 30, id="a request ends"),
        pytest.param("networking.enforce_retry_after", True, id="an API server that asks for a pause gets it"),
        pytest.param("networking.trust_env", False, id="no proxy of the environment stands between"),
    ],
)
def test_kopf_is_set(setting: str, value: Any) -> None:
    group, name = setting.split(".")
    found = getattr(getattr(kopf_settings(), group), name)
    assert (type(found), found) == (type(value), value)


def test_requests_are_repeated_for_ever_with_pauses_that_stay_short() -> None:
    backoffs = iter(kopf_settings().networking.error_backoffs)
    pauses = [next(backoffs) for _ in range(10_000)]
    assert min(pauses) >= 1
    assert max(pauses) <= 20


def test_nothing_is_written_on_an_object() -> None:
    persistence = kopf_settings().persistence
    assert persistence.diffbase_storage is persistence.progress_storage
    stored: dict[str, Any] = {}
    persistence.diffbase_storage.store(body={}, patch=stored, essence={})
    assert stored == {}
