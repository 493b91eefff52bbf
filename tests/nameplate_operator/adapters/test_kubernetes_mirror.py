"""The mirror never goes back in time, whatever order own writes, events and lists come in."""

from typing import Any

import pytest

from nameplate_operator.adapters.kubernetes_mirror import Mirror


def an_object(version: int, uid: str = "u1", name: str = "web", **more: Any) -> dict[str, Any]:
    meta = {"namespace": "acme", "name": name, "uid": uid, "resourceVersion": str(version)}
    return {"kind": "ConfigMap", "metadata": meta | more}


@pytest.fixture
def mirror() -> Mirror:
    return Mirror()


def version(mirror: Mirror, name: str = "web") -> int | None:
    found = mirror.get("acme", name)
    return int(found["metadata"]["resourceVersion"]) if found else None


def names(objects: list[Any]) -> list[tuple[str, str]]:
    return [(each["metadata"]["name"], each["metadata"]["resourceVersion"]) for each in objects]


def test_versions_are_compared_as_numbers(mirror: Mirror) -> None:
    mirror.put(an_object(99))
    mirror.put(an_object(100))
    assert version(mirror) == 100


def test_an_older_event_does_not_overwrite_an_own_write(mirror: Mirror) -> None:
    mirror.put(an_object(20))
    assert mirror.put(an_object(15)) == []
    assert version(mirror) == 20


def test_the_event_of_an_own_write_changes_nothing(mirror: Mirror) -> None:
    mirror.put(an_object(20))
    assert mirror.put(an_object(20)) == []


def test_a_change_tells_of_the_object_as_it_is_and_as_it_was(mirror: Mirror) -> None:
    mirror.put(an_object(1, labels={"nameplate.dev/domain": "old"}))
    assert names(mirror.put(an_object(2, labels={"nameplate.dev/domain": "new"}))) == [("web", "2"), ("web", "1")]


def test_what_we_deleted_does_not_come_back_by_an_older_event(mirror: Mirror) -> None:
    mirror.put(an_object(10))
    mirror.deleted("acme", "web", "u1")
    assert version(mirror) is None
    mirror.put(an_object(11))
    assert version(mirror) is None


def test_what_we_deleted_does_not_come_back_by_an_older_list(mirror: Mirror) -> None:
    mirror.put(an_object(10))
    mirror.deleted("acme", "web", "u1")
    mirror.replace([an_object(10)], "12")
    assert version(mirror) is None


def test_a_successor_of_what_we_deleted_is_taken(mirror: Mirror) -> None:
    mirror.put(an_object(10))
    mirror.deleted("acme", "web", "u1")
    mirror.put(an_object(12, uid="u2"))
    mirror.remove(an_object(11))
    assert version(mirror) == 12


def test_the_end_of_an_object_is_told_even_if_it_was_not_known(mirror: Mirror) -> None:
    assert names(mirror.remove(an_object(7))) == [("web", "7")]


def test_an_older_end_leaves_a_younger_object(mirror: Mirror) -> None:
    mirror.put(an_object(20, uid="u2"))
    mirror.remove(an_object(15))
    assert version(mirror) == 20


def test_what_a_list_does_not_show_has_vanished(mirror: Mirror) -> None:
    mirror.put(an_object(10))
    mirror.put(an_object(11, uid="u2", name="shop"))
    assert names(mirror.replace([an_object(10)], "30")) == [("shop", "11")]
    assert version(mirror, "shop") is None


def test_a_list_that_is_older_than_an_own_write_does_not_undo_it(mirror: Mirror) -> None:
    mirror.put(an_object(40))
    assert mirror.replace([], "30") == []
    assert version(mirror) == 40


def test_managed_fields_are_not_kept(mirror: Mirror) -> None:
    mirror.put(an_object(1, managedFields=[{"manager": "x"}]))
    assert "managedFields" not in (mirror.get("acme", "web") or {})["metadata"]


def test_an_empty_mirror_is_a_mirror_all_the_same(mirror: Mirror) -> None:
    assert bool(mirror)
