"""A watch that is cut, silent, too old or refused begins anew by itself, and misses nothing."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nameplate_operator.kinds import CONFIG_MAP
from nameplate_operator.ports import Ref
from tests.cluster.access import ClusterAccess
from tests.cluster.control_plane import ControlPlane
from tests.cluster.waiting import eventually
from tests.nameplate_operator.adapters.api_server import config_map, labelled, through
from tests.nameplate_operator.adapters.watching import QUICK, Watched, watching
from tests.world.http_faults import FaultProxy, HttpFault

TOO_OLD = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}}
BROKEN = {"type": "ERROR", "object": {"kind": "Status", "code": 500, "reason": "InternalError"}}


def line(event: Any) -> bytes:
    return json.dumps(event).encode() + b"\n"


@pytest.fixture
async def watched(
    api_proxy: FaultProxy, served_kinds: ClusterAccess, tmp_path: Path, namespace: str
) -> AsyncIterator[Watched]:
    async with watching(through(api_proxy, served_kinds, tmp_path)) as found:
        yield found


def make(control_plane: ClusterAccess, namespace: str, name: str, owner: str = "web", **data: str) -> None:
    manifest = json.dumps(labelled(config_map(namespace, name, **data), owner))
    control_plane.kubectl("apply", "--server-side", "-f", "-", stdin=manifest)


async def test_an_event_of_a_child_wakes_its_owner(
    watched: Watched, served_kinds: ClusterAccess, namespace: str
) -> None:
    make(served_kinds, namespace, "one", first="1")
    await watched.wakes("web", namespace)
    assert watched.data(namespace, "one") == {"first": "1"}
    watched.woken.clear()
    served_kinds.kubectl("delete", "configmap", "one", "-n", namespace)
    await watched.wakes("web", namespace)
    assert watched.data(namespace, "one") is None


async def test_a_child_that_loses_its_label_wakes_its_owner(
    watched: Watched, served_kinds: ClusterAccess, namespace: str
) -> None:
    make(served_kinds, namespace, "one")
    await watched.wakes("web", namespace)
    watched.woken.clear()
    served_kinds.kubectl("label", "configmap", "one", "nameplate.dev/domain-", "-n", namespace)
    await watched.wakes("web", namespace)
    assert watched.data(namespace, "one") is None


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(HttpFault(status=410), id="the version is too old"),
        pytest.param(HttpFault(status=200, body=line(TOO_OLD)), id="an event says that the version is too old"),
        pytest.param(HttpFault(status=200, body=line(BROKEN)), id="an event reports an error of the server"),
        pytest.param(HttpFault(status=200, body=b'{"type":"ADDED","object":{"meta'), id="a line is cut"),
        pytest.param(HttpFault(status=200, body=b""), id="the stream ends at once"),
        pytest.param(HttpFault(status=200, body=b"[]\n"), id="a line is no event"),
        pytest.param(HttpFault(status=200, body=line({"type": "ADDED", "object": {}})), id="an event has no object"),
        pytest.param(HttpFault(status=503), id="the server is away"),
        pytest.param(HttpFault(status=429, headers={"Retry-After": "1"}), id="the server is busy"),
        pytest.param(HttpFault(status=403), id="the right was taken away for a while"),
        pytest.param(HttpFault(drop=True), id="the connection is reset"),
    ],
)
async def test_what_vanished_and_came_while_it_was_blind_is_noticed(
    watched: Watched, served_kinds: ClusterAccess, api_proxy: FaultProxy, namespace: str, fault: HttpFault
) -> None:
    make(served_kinds, namespace, "vanishes", owner="first")
    await watched.wakes("first", namespace)
    watched.woken.clear()
    api_proxy.inject(fault, path="/configmaps", times=3)
    api_proxy.go_down()
    served_kinds.kubectl("delete", "configmap", "vanishes", "-n", namespace)
    make(served_kinds, namespace, "comes", owner="second")
    assert not [each for each in watched.woken if each.namespace == namespace]
    api_proxy.come_up()
    await watched.wakes("first", namespace)
    await watched.wakes("second", namespace)
    await watched.current()
    assert watched.data(namespace, "vanishes") is None
    assert watched.data(namespace, "comes") == {}


async def test_a_silent_stream_is_dropped_and_listed_anew(
    api_proxy: FaultProxy, served_kinds: ClusterAccess, tmp_path: Path, namespace: str
) -> None:
    kubeconfig = through(api_proxy, served_kinds, tmp_path)
    async with watching(kubeconfig, pace=replace(QUICK, stall_timeout=2.0)) as watched:
        make(served_kinds, namespace, "vanishes")
        await watched.wakes("web", namespace)
        watched.woken.clear()
        api_proxy.hold()
        served_kinds.kubectl("delete", "configmap", "vanishes", "-n", namespace)
        await eventually(lambda: not watched.children.current, "the silence to be noticed", timeout=10)
        api_proxy.release()
        await watched.wakes("web", namespace)
        assert watched.data(namespace, "vanishes") is None


async def test_a_list_is_read_in_pages(served_kinds: ClusterAccess, namespace: str) -> None:
    for number in range(5):
        make(served_kinds, namespace, f"map-{number}")
    async with watching(served_kinds.admin_kubeconfig, pace=replace(QUICK, page=2)) as watched:
        assert [watched.data(namespace, f"map-{number}") for number in range(5)] == [{}] * 5


async def test_what_is_watched_is_answered_without_a_request(
    watched: Watched, served_kinds: ClusterAccess, api_proxy: FaultProxy, namespace: str
) -> None:
    make(served_kinds, namespace, "one", first="1")
    await watched.wakes("web", namespace)
    before = len(api_proxy.exchanges)
    found = await watched.cluster.get(Ref(CONFIG_MAP, "one", namespace))
    assert found is not None
    assert found["data"] == {"first": "1"}
    assert len(api_proxy.exchanges) == before


async def test_a_watch_that_is_cut_off_is_not_believed(
    watched: Watched, served_kinds: ClusterAccess, api_proxy: FaultProxy, namespace: str
) -> None:
    make(served_kinds, namespace, "one", first="1")
    await watched.wakes("web", namespace)
    # Only lists and watches fail; the object itself can be asked for.
    api_proxy.inject(HttpFault(status=503), path="/configmaps$")
    api_proxy.cut_connections()
    await eventually(lambda: not watched.children.current, "the cut to be noticed")
    make(served_kinds, namespace, "one", first="2")
    found = await watched.cluster.get(Ref(CONFIG_MAP, "one", namespace))
    assert found is not None
    assert found["data"] == {"first": "2"}


async def test_it_goes_on_after_a_restart_of_the_api_server(own_control_plane: ControlPlane) -> None:
    async with watching(own_control_plane.admin_kubeconfig) as watched:
        make(own_control_plane, "default", "one", first="1")
        await watched.wakes("web", "default")
        own_control_plane.restart_apiserver(orderly=False)
        watched.woken.clear()
        make(own_control_plane, "default", "one", first="2")
        await watched.wakes("web", "default")
        await eventually(lambda: watched.data("default", "one") == {"first": "2"}, "the newer data")
