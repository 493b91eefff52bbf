"""The operations port: what the kubelet is told for all workers together."""

from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry

from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.operations import Operations, refuse
from nameplate_ingestion.report import Report
from nameplate_ingestion.server import Unserved
from tests.nameplate_ingestion.server.serving import STATUS


@dataclass
class Seen:
    """A worker as it is seen from outside."""

    report: Report | None
    silent: float = 0.1


def told(**changes: tuple[str, ...]) -> Report:
    return Report(numbers={}, **changes)


WELL = Seen(told())


def ask(operations: Operations, path: bytes, method: bytes = b"GET") -> Reply:
    replies: list[Reply] = []
    operations.handle(Call(method, path, b"10.0.0.1", {}, b"", "127.0.0.1"), replies.append)
    (reply,) = replies
    return reply


@pytest.mark.parametrize(
    ("workers", "live", "ready"),
    [
        pytest.param([WELL, WELL], (200, "[+] live\n"), (200, "[+] ready\n"), id="all well"),
        pytest.param(
            [WELL, Seen(None)], (200, "[+] live\n"), (503, "[-] worker 1: is starting\n"), id="one is starting"
        ),
        pytest.param(
            [WELL, Seen(told(), silent=11)],
            (503, "[-] worker 1: makes no progress\n"),
            (503, "[-] worker 1: is starting\n"),
            id="one has gone silent",
        ),
        pytest.param(
            [Seen(told(unready=("the log of a.b.c failed",))), WELL],
            (200, "[+] live\n"),
            (503, "[-] worker 0: the log of a.b.c failed\n"),
            id="one cannot take records",
        ),
        pytest.param(
            [Seen(told(stuck=("the log of a.b.c makes no progress",)))],
            (503, "[-] worker 0: the log of a.b.c makes no progress\n"),
            (200, "[+] ready\n"),
            id="a disk hangs",
        ),
        pytest.param(
            [Seen(told(problems=("records of a\x1b.b are on disk",)))] * 2,
            (200, "[+] live\n"),
            (200, "[+] ready\n[!] settings.json: is not JSON\n[!] records of a?.b are on disk\n"),
            id="something should be mended",
        ),
    ],
)
def test_all_workers_are_told_of_in_one_answer(
    workers: list[Seen], live: tuple[int, str], ready: tuple[int, str], request: pytest.FixtureRequest
):
    operations = Operations(workers, CollectorRegistry())
    if "mended" in request.node.name:
        operations.problems = ("settings.json: is not JSON",)
    for path, (status, text) in ((b"/healthz", live), (b"/readyz?verbose", ready)):
        reply = ask(operations, path)
        assert (reply.status, reply.body.decode()) == (status, text)


def test_one_that_ends_is_alive_but_unready():
    operations = Operations([WELL], CollectorRegistry())
    operations.ending = True
    assert ask(operations, b"/healthz").status == 200
    assert ask(operations, b"/readyz").status == 503


@pytest.mark.parametrize(("method", "path", "status"), [(b"POST", b"/metrics", 405), (b"GET", b"/v1/track", 404)])
def test_nothing_else_is_served(method: bytes, path: bytes, status: int):
    assert ask(Operations([WELL], CollectorRegistry()), path, method).status == status


@pytest.mark.parametrize(("reason", "status"), STATUS.items())
def test_what_the_server_turns_away_has_its_own_status_here_too(reason: Unserved, status: int):
    reply = refuse(reason, None)
    assert (reply.status, reply.body.decode()) == (status, f"{reason.value}\n")
