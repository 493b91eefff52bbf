"""kopf's watch against a real API server: what wakes an object and what does not, and kopf's known hazards."""

import asyncio
import itertools
import json

import pytest

from tests.cluster.access import ClusterAccess
from tests.cluster.waiting import eventually
from tests.nameplate_operator.watching import Watching
from tests.world.http_faults import WRITES, FaultProxy, HttpFault

LIST_OR_WATCH = "/customdomains$"
LAST_HANDLED = "kopf.zalando.org/last-handled-configuration"
RECHECK = "nameplate.dev/recheck"


@pytest.fixture
async def watching(api_proxy: FaultProxy, served_kinds: ClusterAccess, namespace: str) -> Watching:
    return Watching(api_proxy.url, served_kinds, namespace)


def watch_error(code: int) -> bytes:
    """What the API server writes into a watch that it cannot go on with."""
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": "injected"}
    return json.dumps({"type": "ERROR", "object": status}).encode() + b"\n"


async def test_objects_that_were_there_before_and_new_ones_are_looked_at(watching: Watching):
    watching.create("before")
    async with watching.running():
        await watching.passed("before")
        watching.create("after")
        await watching.passed("after")
        assert watching.passes == ["before", "after"]


async def test_an_edit_a_label_and_the_recheck_annotation_wake_an_object(watching: Watching):
    async with watching.running():
        watching.create("web")
        await watching.passed("web")
        watching.patch("web", {"spec": {"suspend": True}})
        await watching.passed("web", 2)
        watching.patch("web", {"metadata": {"labels": {"team": "a"}}})
        await watching.passed("web", 3)
        watching.patch("web", {"metadata": {"annotations": {RECHECK: "now"}}})
        await watching.passed("web", 4)


async def test_status_and_the_annotations_and_finalizers_of_tools_wake_nobody(watching: Watching):
    async with watching.running():
        watching.create("web")
        await watching.passed("web")
        watching.patch("web", {"status": {"observedGeneration": 1}}, "/status")
        watching.patch("web", {"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "a"}}})
        watching.patch("web", {"metadata": {"finalizers": ["nameplate.dev/teardown"]}})
        await watching.fence()
        assert watching.passes.count("web") == 1
        watching.patch("web", {"metadata": {"finalizers": None}})


async def test_a_deletion_that_begins_and_one_that_ends_are_each_looked_at(watching: Watching):
    async with watching.running():
        watching.create("web", finalizers=["nameplate.dev/teardown"])
        await watching.passed("web")
        watching.delete("web")
        await watching.passed("web", 2)
        watching.patch("web", {"metadata": {"finalizers": None}})
        await watching.passed("web", 3)
        assert "web" not in {ref.name for ref in watching.lookout.sightings.seen if ref.namespace == watching.namespace}


async def test_an_object_that_comes_with_kopfs_memory_of_another_is_looked_at(watching: Watching):
    async with watching.running():
        await watching.fence()
        watching.create("clone", annotations={LAST_HANDLED: '{"spec":{}}'})
        await watching.passed("clone")


async def test_kopf_writes_nothing_on_anybodys_object(watching: Watching, api_proxy: FaultProxy):
    foreign = "kopf.zalando.org/KopfFinalizerMarker"
    watching.create("restored", annotations={LAST_HANDLED: '{"spec":{}}'}, finalizers=[foreign])
    async with watching.running():
        watching.create("web")
        watching.patch("web", {"spec": {"suspend": True}})
        watching.create("short-lived")
        watching.delete("short-lived")
        await watching.fence()
        await watching.passed("restored")
    assert [each for each in api_proxy.exchanges if each.method in WRITES] == []
    meta = watching.get("web")["metadata"]
    assert isinstance(meta, dict)
    assert not meta.keys() & {"annotations", "finalizers"}
    assert len({entry["manager"] for entry in meta["managedFields"]}) == 1
    assert watching.get("restored")["metadata"]["finalizers"] == [foreign]  # type: ignore[index]
    watching.patch("restored", {"metadata": {"finalizers": None}})


async def test_what_vanished_before_a_new_listing_is_found_by_the_resync(watching: Watching, api_proxy: FaultProxy):
    watching.create("gone")
    watching.create("stays")
    blind = HttpFault(hook=lambda _: watching.delete("gone"), status=200, body=watch_error(410))
    api_proxy.inject(blind, path=LIST_OR_WATCH, nth=2)
    async with watching.running():
        await watching.passed("gone")
        await watching.fence()
        assert watching.passes.count("gone") == 1, "kopf tells of no deletion that fell into the gap"
        assert await watching.resync.once() == 1
        await watching.passed("gone", 2)
        assert watching.passes.count("stays") == 1
        assert await watching.resync.once() == 0


async def test_what_the_watch_never_showed_is_found_by_the_resync(watching: Watching, api_proxy: FaultProxy):
    async with watching.running():
        watching.create("web")
        await watching.passed("web")
        api_proxy.hold()
        watching.create("unseen")
        watching.patch("web", {"spec": {"suspend": True}})
        assert await watching.resync.once() == 2
        await watching.passed("unseen")
        await watching.passed("web", 2)
        api_proxy.release()
        await watching.fence()
        assert watching.passes.count("unseen") == 1
        assert watching.passes.count("web") == 2


async def test_a_watch_error_ends_the_edge_and_a_new_one_converges(
    watching: Watching, api_proxy: FaultProxy, served_kinds: ClusterAccess, namespace: str
):
    watching.create("web")
    api_proxy.inject(HttpFault(status=200, body=watch_error(500)), path=LIST_OR_WATCH, nth=2)
    async with watching.running():
        assert watching.serving is not None
        with pytest.raises(Exception, match="Error in the watch-stream"):
            await asyncio.wait_for(watching.serving, 20)
    again = Watching(api_proxy.url, served_kinds, namespace)
    async with again.running():
        await again.passed("web")


async def test_a_silent_stream_is_noticed_and_replaced(watching: Watching, api_proxy: FaultProxy):
    watching.settings.watching.inactivity_timeout = 1
    async with watching.running():
        await watching.fence()
        api_proxy.hold()
        asked = sum("watch=true" in each.query and "customdomains" in each.path for each in api_proxy.exchanges)
        await eventually(
            lambda: sum("watch=true" in e.query and "customdomains" in e.path for e in api_proxy.exchanges) > asked,
            "another watch request",
        )
        watching.create("meanwhile")
        api_proxy.release()
        await watching.passed("meanwhile")


async def test_an_api_server_that_is_away_is_waited_for(watching: Watching, api_proxy: FaultProxy):
    async with watching.running():
        await watching.fence()
        api_proxy.go_down()
        watching.create("meanwhile")
        api_proxy.come_up()
        await watching.passed("meanwhile")


async def test_the_edge_says_whether_it_lives(watching: Watching):
    assert not await watching.watch.answers()
    async with watching.running():
        await watching.fence()
        assert await watching.watch.answers()
    assert not await watching.watch.answers()


async def test_a_token_that_is_no_longer_believed_is_fetched_anew(watching: Watching, api_proxy: FaultProxy):
    api_proxy.inject(HttpFault(status=401, body=b"{}"), path=LIST_OR_WATCH, nth=2)
    async with watching.running():
        watching.create("web")
        await watching.passed("web")
        assert watching.serving is not None
        assert not watching.serving.done()


async def test_an_api_server_that_believes_no_token_is_not_stormed(watching: Watching, api_proxy: FaultProxy):
    refused = api_proxy.inject(HttpFault(status=401, body=b"{}"), path=LIST_OR_WATCH)
    async with watching.running():
        await eventually(lambda: len(watching.logins) >= 3, "a third attempt")
        assert all(later - earlier > 1.9 for earlier, later in itertools.pairwise(watching.logins))
        assert refused.matched <= len(watching.logins), "one request for each time that it signed in"
        api_proxy.heal()
        await watching.fence()


async def test_missing_rights_are_waited_for(watching: Watching, api_proxy: FaultProxy):
    api_proxy.inject(HttpFault(status=403, body=b'{"code": 403}'), path=LIST_OR_WATCH, times=2)
    async with watching.running():
        await watching.fence()
