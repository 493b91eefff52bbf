"""Whether a child is still what was applied."""

from typing import Any

import pytest

from nameplate_operator.children.drift import drifted, sealed

WANTED: dict[str, Any] = {
    "spec": {"replicas": 2, "items": [{"name": "a", "port": 1}, {"name": "b", "port": 2}], "empty": {}}
}


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        pytest.param({"spec": WANTED["spec"]}, False, id="the same"),
        pytest.param({"spec": WANTED["spec"] | {"more": 1}, "status": {}}, False, id="others added fields"),
        pytest.param(
            {"spec": {k: v for k, v in WANTED["spec"].items() if k != "empty"}}, False, id="an empty map left out"
        ),
        pytest.param(
            {"spec": WANTED["spec"] | {"items": [{"name": "a", "port": 1, "default": 0}, {"name": "b", "port": 2}]}},
            False,
            id="a default inside an item",
        ),
        pytest.param({"spec": WANTED["spec"] | {"replicas": 3}}, True, id="another value"),
        pytest.param({"spec": {k: v for k, v in WANTED["spec"].items() if k != "replicas"}}, True, id="a field gone"),
        pytest.param({"spec": WANTED["spec"] | {"items": WANTED["spec"]["items"][:1]}}, True, id="an item gone"),
        pytest.param(
            {"spec": WANTED["spec"] | {"items": [*WANTED["spec"]["items"], {"name": "c"}]}}, True, id="an item added"
        ),
        pytest.param({"spec": WANTED["spec"] | {"items": "ab"}}, True, id="another type"),
        pytest.param({}, True, id="nothing"),
    ],
)
def test_a_wanted_field_that_is_missing_or_differs_is_drift(live: dict[str, Any], expected: bool) -> None:
    assert drifted(WANTED, live) is expected


def test_owners_beside_ours_are_no_drift_but_ours_must_be_there() -> None:
    ours, theirs = {"uid": "ours", "kind": "CustomDomain"}, {"uid": "theirs", "kind": "Backup"}
    wanted = {"metadata": {"ownerReferences": [ours]}}
    assert not drifted(wanted, {"metadata": {"ownerReferences": [theirs, ours | {"controller": True}]}})
    assert drifted(wanted, {"metadata": {"ownerReferences": [theirs]}})


def test_a_selector_with_a_label_more_is_drift_for_it_finds_other_pods() -> None:
    wanted = {"spec": {"selector": {"app": "ingestion"}}}
    assert not drifted(wanted, {"spec": {"selector": {"app": "ingestion"}}})
    assert drifted(wanted, {"spec": {"selector": {"app": "ingestion", "tier": "other"}}})


def test_a_field_that_is_no_longer_set_is_drift_by_the_digest_of_what_was_applied() -> None:
    before = {"metadata": {"name": "web"}, "spec": {"class": "nginx", "port": 80}}
    after = {"metadata": {"name": "web"}, "spec": {"port": 80}}
    assert not drifted(sealed(before), sealed(before))
    assert drifted(sealed(after), sealed(before))
