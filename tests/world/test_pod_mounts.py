"""What a Pod mounts is what a kubelet would put there; a table of volumes and the objects that they name."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.world.pod_mounts import NotMountable, PodMounts

Objects = dict[tuple[str, str], dict[str, Any]]
B64 = base64.b64encode(b"s3cret").decode()


def _object(kind: str, version: str = "1", **content: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"uid": kind, "resourceVersion": version}, **content}


def _mounts(directory: Path, volume: dict[str, Any]) -> PodMounts:
    container = {"volumeMounts": [{"name": "v", "mountPath": "/etc/v"}]}
    return PodMounts(directory, {"spec": {"volumes": [{"name": "v", **volume}], "containers": [container]}})


def _fill(mounts: PodMounts, objects: Objects) -> None:
    mounts.refresh(lambda plural, name: objects.get((plural, name)))


def _content(directory: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in (directory / "v").iterdir() if not each.name.startswith("..")}


SECRET: Objects = {("secrets", "a"): _object("Secret", data={"k": B64, "other": B64})}
MAP: Objects = {("configmaps", "a"): _object("ConfigMap", data={"k": "plain"}, binaryData={"b": B64})}
ITEM = [{"key": "k", "path": "renamed"}]


@pytest.mark.parametrize(
    ("volume", "objects", "expected"),
    [
        pytest.param({"configMap": {"name": "a"}}, MAP, {"k": "plain", "b": "s3cret"}, id="a whole ConfigMap"),
        pytest.param({"configMap": {"name": "a", "items": ITEM}}, MAP, {"renamed": "plain"}, id="one key of it"),
        pytest.param({"secret": {"secretName": "a"}}, SECRET, {"k": "s3cret", "other": "s3cret"}, id="a Secret"),
        pytest.param({"secret": {"secretName": "a", "optional": True}}, {}, {}, id="an optional Secret that is not"),
        pytest.param(
            {"secret": {"secretName": "a", "optional": True, "items": [{"key": "no", "path": "no"}]}},
            SECRET,
            {},
            id="an optional key that is not",
        ),
        pytest.param(
            {"projected": {"sources": [{"secret": {"name": "a", "items": ITEM}}, {"configMap": {"name": "a"}}]}},
            SECRET | MAP,
            {"renamed": "s3cret", "k": "plain", "b": "s3cret"},
            id="a projection of both",
        ),
        pytest.param(
            {
                "projected": {
                    "sources": [{"secret": {"name": "a", "items": ITEM}}, {"secret": {"name": "no", "optional": True}}]
                }
            },
            SECRET,
            {"renamed": "s3cret"},
            id="a projection of which an optional part is not",
        ),
        pytest.param({"emptyDir": {}}, {}, {}, id="an emptyDir"),
    ],
)
def test_volumes_hold_what_they_name(
    tmp_path: Path, volume: dict[str, Any], objects: Objects, expected: dict[str, str]
) -> None:
    _fill(_mounts(tmp_path, volume), objects)
    assert _content(tmp_path) == expected


@pytest.mark.parametrize(
    ("volume", "objects", "words"),
    [
        pytest.param({"configMap": {"name": "a"}}, {}, "configmaps 'a' not found", id="no ConfigMap"),
        pytest.param({"secret": {"secretName": "a"}}, {}, "secrets 'a' not found", id="no Secret"),
        pytest.param(
            {"secret": {"secretName": "a", "items": [{"key": "no", "path": "p"}]}}, SECRET, "no key 'no'", id="no key"
        ),
        pytest.param({"hostPath": {"path": "/"}}, {}, "not played here", id="a kind that is not played"),
    ],
)
def test_what_is_not_optional_is_waited_for(
    tmp_path: Path, volume: dict[str, Any], objects: Objects, words: str
) -> None:
    with pytest.raises(NotMountable, match=words):
        _fill(_mounts(tmp_path, volume), objects)


def test_a_config_map_that_is_deleted_stays_mounted(tmp_path: Path) -> None:
    mounts = _mounts(tmp_path, {"configMap": {"name": "a"}})
    _fill(mounts, MAP)
    _fill(mounts, {})
    assert _content(tmp_path) == {"k": "plain", "b": "s3cret"}


def test_a_change_replaces_all_files_at_once(tmp_path: Path) -> None:
    mounts = _mounts(tmp_path, {"configMap": {"name": "a"}})
    _fill(mounts, MAP)
    before = (tmp_path / "v" / "..data").readlink()
    _fill(mounts, {("configmaps", "a"): _object("ConfigMap", "2", data={"k": "new"})})
    assert (tmp_path / "v" / "..data").readlink() != before
    assert _content(tmp_path) == {"k": "new"}


def test_arguments_name_the_directories_that_stand_for_mounted_paths(tmp_path: Path) -> None:
    mounts = _mounts(tmp_path, {"emptyDir": {}})
    given = ["--settings", "/etc/v", "/etc/v/file", "/etc/vv"]
    assert [mounts.translate(each) for each in given] == [
        "--settings",
        f"{tmp_path}/v",
        f"{tmp_path}/v/file",
        "/etc/vv",
    ]
