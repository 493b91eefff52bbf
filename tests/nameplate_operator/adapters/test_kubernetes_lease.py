"""The Lease: one holds it, another takes over after its end, and whoever loses it learns of it in time."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from nameplate_operator.adapters.kubernetes_lease import Leadership, Terms
from nameplate_operator.adapters.kubernetes_requests import Requests
from nameplate_operator.kinds import LEASE
from nameplate_operator.ports import Ref
from tests.cluster.access import ClusterAccess
from tests.cluster.machine import Machine
from tests.nameplate_operator.adapters.api_server import requests_as, through
from tests.world.http_faults import FaultProxy, HttpFault

SHORT = Terms(expires_after=3, give_up_after=2, renew_every=0.2)
AT_ONCE = 1.0
DEADLINE = 30.0


@contextlib.asynccontextmanager
async def keeping(leadership: Leadership) -> AsyncIterator["asyncio.Task[None]"]:
    """Acquire and keep; the end of the block is a kill, which gives nothing back."""
    await leadership.acquire()
    task = asyncio.create_task(leadership.keep())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


def candidate(requests: Requests, namespace: str, identity: str, terms: Terms = SHORT) -> Leadership:
    return Leadership(requests, Ref(LEASE, "nameplate", namespace), identity, terms)


def spec(control_plane: ClusterAccess, namespace: str) -> dict[str, Any]:
    lease = control_plane.kubectl("get", "lease", "nameplate", "-n", namespace, "-o", "json")
    found: dict[str, Any] = json.loads(lease)["spec"]
    return found


async def acquired(leadership: Leadership) -> float:
    """Return the seconds until it is theirs, less what others on the machine took."""
    with Machine() as machine:
        async with asyncio.timeout(DEADLINE):
            await leadership.acquire()
        return machine.net()


async def test_one_of_two_holds_it_while_it_renews(control_plane: ClusterAccess, namespace: str) -> None:
    async with requests_as(control_plane.admin_kubeconfig) as requests:
        async with keeping(candidate(requests, namespace, "pod-a")) as keeper:
            other = asyncio.create_task(candidate(requests, namespace, "pod-b").acquire())
            # Longer than the Lease lives without being renewed.
            done, _ = await asyncio.wait([other, keeper], timeout=SHORT.expires_after + 1)
            assert not done
            assert spec(control_plane, namespace)["holderIdentity"] == "pod-a"
        await asyncio.wait_for(other, DEADLINE)
    after = spec(control_plane, namespace)
    assert (after["holderIdentity"], after["leaseTransitions"]) == ("pod-b", 1)


async def test_a_killed_holders_lease_is_not_taken_before_its_end(control_plane: ClusterAccess, namespace: str) -> None:
    async with requests_as(control_plane.admin_kubeconfig) as requests:
        async with keeping(candidate(requests, namespace, "pod-a")):
            pass
        began = time.monotonic()
        waited = await acquired(candidate(requests, namespace, "pod-b"))
        assert time.monotonic() - began > SHORT.expires_after - 0.5
        assert waited < SHORT.expires_after + 1


async def test_a_restarted_container_of_the_same_pod_has_it_back_at_once(
    control_plane: ClusterAccess, namespace: str
) -> None:
    async with requests_as(control_plane.admin_kubeconfig) as requests:
        async with keeping(candidate(requests, namespace, "pod-a", Terms())):
            pass
        assert await acquired(candidate(requests, namespace, "pod-a", Terms())) < AT_ONCE


async def test_what_is_given_back_is_taken_at_once(control_plane: ClusterAccess, namespace: str) -> None:
    async with requests_as(control_plane.admin_kubeconfig) as requests:
        first = candidate(requests, namespace, "pod-a", Terms())
        async with keeping(first):
            pass
        await first.release()
        assert not spec(control_plane, namespace).get("holderIdentity")
        assert await acquired(candidate(requests, namespace, "pod-b", Terms())) < AT_ONCE
        # A late end of the former holder takes nothing away.
        await first.release()
    assert spec(control_plane, namespace)["holderIdentity"] == "pod-b"


async def test_who_cannot_renew_gives_up_before_another_may_take_over(
    api_proxy: FaultProxy, served_kinds: ClusterAccess, namespace: str, tmp_path: Path
) -> None:
    async with requests_as(through(api_proxy, served_kinds, tmp_path)) as requests:
        leadership = candidate(requests, namespace, "pod-a")
        async with keeping(leadership) as keeper:
            api_proxy.hold()
            with Machine() as machine:
                await asyncio.wait_for(keeper, DEADLINE)
                assert machine.net() < SHORT.expires_after
            assert not leadership.held
            api_proxy.release()


async def test_a_failure_that_passes_in_time_loses_nothing(
    api_proxy: FaultProxy, served_kinds: ClusterAccess, namespace: str, tmp_path: Path
) -> None:
    async with requests_as(through(api_proxy, served_kinds, tmp_path)) as requests:
        leadership = candidate(requests, namespace, "pod-a")
        async with keeping(leadership) as keeper:
            injection = api_proxy.inject(HttpFault(status=503), path="/leases", times=3)
            done, _ = await asyncio.wait([keeper], timeout=SHORT.give_up_after + 1)
            assert injection.matched > 3
            assert not done
            assert leadership.held


async def test_who_finds_another_holder_learns_of_it_at_once(control_plane: ClusterAccess, namespace: str) -> None:
    async with requests_as(control_plane.admin_kubeconfig) as requests:  # noqa: SIM117 - the second needs the first
        async with keeping(candidate(requests, namespace, "pod-a")) as keeper:
            patch = '{"spec":{"holderIdentity":"pod-b"}}'
            control_plane.kubectl("patch", "lease", "nameplate", "-n", namespace, "--type=merge", "-p", patch)
            with Machine() as machine:
                await asyncio.wait_for(keeper, DEADLINE)
                assert machine.net() < AT_ONCE
    assert spec(control_plane, namespace)["holderIdentity"] == "pod-b"


async def test_of_many_who_come_at_once_one_gets_it(control_plane: ClusterAccess, namespace: str) -> None:
    async with requests_as(control_plane.admin_kubeconfig) as requests:
        rivals = [asyncio.create_task(candidate(requests, namespace, f"pod-{n}").acquire()) for n in range(8)]
        first, waiting = await asyncio.wait(rivals, timeout=DEADLINE, return_when=asyncio.FIRST_COMPLETED)
        # For less than it takes until the Lease of one who does not renew it is another's.
        later, waiting = await asyncio.wait(waiting, timeout=SHORT.expires_after - 1)
        for each in waiting:
            each.cancel()
        await asyncio.wait(rivals)
    assert (len(first), len(later)) == (1, 0)
