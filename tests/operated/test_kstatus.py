"""The rules of kstatus, as its documentation and its own tests have them."""

from typing import Any

import pytest

from tests.operated.kstatus import CURRENT, FAILED, IN_PROGRESS, TERMINATING, concluded


def seen(*conditions: tuple[str, str], observed: int | None = 2, **metadata: Any) -> dict[str, Any]:
    """Return an object of generation 2."""
    status: dict[str, Any] = {} if observed is None else {"observedGeneration": observed}
    status["conditions"] = [{"type": kind, "status": value} for kind, value in conditions]
    return {"metadata": {"generation": 2, **metadata}, "status": status}


@pytest.mark.parametrize(
    ("object_", "expected"),
    [
        ({"metadata": {"generation": 1}}, CURRENT),
        (seen(), CURRENT),
        (seen(observed=-1), IN_PROGRESS),
        (seen(("Ready", "True"), observed=1), IN_PROGRESS),
        (seen(("Ready", "True"), observed=None), CURRENT),
        (seen(("Ready", "True")), CURRENT),
        (seen(("Ready", "False")), IN_PROGRESS),
        (seen(("Ready", "Unknown")), IN_PROGRESS),
        (seen(("Ready", "True"), ("Reconciling", "True")), IN_PROGRESS),
        (seen(("Ready", "True"), ("Reconciling", "False")), CURRENT),
        (seen(("Ready", "False"), ("Stalled", "True")), FAILED),
        (seen(("Stalled", "True"), ("Reconciling", "True")), FAILED),
        (seen(("Reconciling", "True"), ("Stalled", "True")), IN_PROGRESS),
        (seen(("Ready", "True"), deletionTimestamp="2030-01-01T00:00:00Z"), TERMINATING),
    ],
)
def test_what_kstatus_concludes(object_: dict[str, Any], expected: str):
    assert concluded(object_) == expected
