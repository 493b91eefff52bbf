"""Events reach kubectl, are not repeated, and their failure hurts nobody."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.adapters.kubernetes_requests import Requests
from nameplate_operator.kinds import CONFIG_MAP, CUSTOM_DOMAIN
from nameplate_operator.ports import Event, Kind, Ref
from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.adapters.api_server import requests_as, through
from tests.nameplate_operator.builders import domain_manifest
from tests.world.http_faults import FaultProxy, HttpFault


@pytest.fixture
async def requests(api_proxy: FaultProxy, served_kinds: ClusterAccess, tmp_path: Path) -> AsyncIterator[Requests]:
    async with requests_as(through(api_proxy, served_kinds, tmp_path)) as found:
        yield found


def posted(control_plane: ClusterAccess, namespace: str) -> list[Any]:
    found: list[Any] = json.loads(control_plane.kubectl("get", "events", "-n", namespace, "-o", "json"))["items"]
    return found


def an_event(namespace: str, message: str = "Accepted: it is.", uid: str = "u-1") -> Event:
    return Event(Ref(CUSTOM_DOMAIN, "web", namespace), uid, "Normal", "Accepted", message)


async def test_kubectl_describe_shows_it(requests: Requests, served_kinds: ClusterAccess, namespace: str) -> None:
    served_kinds.kubectl("apply", "-f", "-", stdin=json.dumps(domain_manifest("web", namespace)))
    uid = served_kinds.kubectl("get", "cdom", "web", "-n", namespace, "-o", "jsonpath={.metadata.uid}")
    await Events(requests, "pod-a").emit(an_event(namespace, uid=uid))
    described = served_kinds.kubectl("describe", "cdom", "web", "-n", namespace)
    assert "Accepted: it is." in described.partition("Events:")[2]
    listed = served_kinds.kubectl("get", "events", "-n", namespace)
    assert "customdomain/web" in listed
    assert "Accepted: it is." in listed


async def test_the_same_is_not_said_again_but_other_words_are(
    requests: Requests, served_kinds: ClusterAccess, namespace: str
) -> None:
    events = Events(requests, "pod-a")
    for message in ("one", "two", "one", "one", "two"):
        await events.emit(an_event(namespace, message))
    await events.emit(an_event(namespace, "one", uid="another object"))
    assert sorted(each["message"] for each in posted(served_kinds, namespace)) == ["one", "one", "two"]


async def test_a_restarted_operator_does_not_repeat_it(
    requests: Requests, served_kinds: ClusterAccess, namespace: str
) -> None:
    await Events(requests, "pod-a").emit(an_event(namespace))
    await Events(requests, "pod-b").emit(an_event(namespace))
    assert len(posted(served_kinds, namespace)) == 1


async def test_after_a_while_it_may_be_said_again(requests: Requests, api_proxy: FaultProxy, namespace: str) -> None:
    clock = [0.0]
    events = Events(requests, "pod-a", repeat_after=60, now=lambda: clock[0])
    asked = []
    for instant in (0, 59, 61, 100, 122):
        clock[0] = instant
        await events.emit(an_event(namespace))
        asked.append(len(api_proxy.exchanges))
    assert asked == [1, 1, 2, 2, 3]


async def test_what_is_remembered_is_bounded(requests: Requests, api_proxy: FaultProxy, namespace: str) -> None:
    events = Events(requests, "pod-a", remembered=2)
    for message in ("one", "two", "three", "three", "one"):
        await events.emit(an_event(namespace, message))
    assert len(api_proxy.exchanges) == 4


@pytest.mark.parametrize("status", [400, 403, 500])
async def test_a_failure_is_only_logged(
    requests: Requests, api_proxy: FaultProxy, namespace: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    api_proxy.inject(HttpFault(status=status))
    await Events(requests, "pod-a").emit(an_event(namespace))
    assert "Accepted" in caplog.text


async def test_one_about_a_cluster_scoped_object_stands_in_default(
    requests: Requests, served_kinds: ClusterAccess
) -> None:
    about = Ref(Kind("v1", "Namespace", "namespaces"), "kube-system")
    await Events(requests, "pod-a").emit(Event(about, "u-system", "Warning", "SweepHalted", "Too many."))
    assert "SweepHalted" in {each["reason"] for each in posted(served_kinds, "default")}


async def test_long_names_and_words_are_cut(requests: Requests, served_kinds: ClusterAccess, namespace: str) -> None:
    about = Ref(CONFIG_MAP, "a" * 253, namespace)
    await Events(requests, "pod-a").emit(Event(about, "u-long", "Normal", "Long", "é" * 512 + "é"))
    assert [each["message"] for each in posted(served_kinds, namespace)] == ["é" * 510 + "…"]
