"""Whoever stops waiting for the API server, at whatever moment, leaves no connection behind."""

import asyncio
import gc
import random

import pytest

from nameplate_operator.adapters.kubernetes_children import ChildWatch
from nameplate_operator.adapters.kubernetes_requests import Call
from nameplate_operator.kinds import CONFIG_MAP
from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.adapters.api_server import requests_as


@pytest.mark.parametrize("work", ["request", "watch"])
def test_a_cancelled_wait_leaves_no_connection(
    control_plane: ClusterAccess, rng: random.Random, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[str] = []
    monkeypatch.setattr("sys.unraisablehook", lambda found: lost.append(str(found.exc_value)))

    async def cancel_after(pause: float) -> None:
        async with requests_as(control_plane.admin_kubeconfig) as requests:
            children = ChildWatch(requests, lambda _: None, (CONFIG_MAP,))
            doing = requests.send(Call("GET", "/api/v1/namespaces")) if work == "request" else children.serve()
            task = asyncio.create_task(doing)
            await asyncio.sleep(pause)
            task.cancel()
            await asyncio.wait([task])

    # Each in a loop of its own: one that goes on would close late what was left behind.
    for _ in range(60):
        asyncio.run(cancel_after(rng.uniform(0, 0.03)))
        gc.collect()
    assert lost == []
