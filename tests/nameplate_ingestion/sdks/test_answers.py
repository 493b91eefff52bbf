"""Each library does with every answer what the service means: it keeps what it may bring again, and drops the rest."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import httpx
import pytest

from tests.nameplate_ingestion.mounted import BACKEND, WEBSITE, Mounts, document
from tests.nameplate_ingestion.sdks.libraries import LIBRARIES
from tests.nameplate_ingestion.sdks.manners import MANNERS, MOST_SECONDS, Verdict
from tests.nameplate_ingestion.sdks.posting import send
from tests.nameplate_ingestion.sdks.replay import Replay, sources
from tests.world.ingestion_process import IngestionProcess

SERVED, STRANGE, WAITING, FULL, UNREAD = (f"cdp.{name}.com" for name in ("served", "strange", "waiting", "full", "no"))
IDLE = 40
"""Domains that nobody posts to: with them the log of each has room for a few MiB only."""
AWAY = {"forward": {"url": "http://127.0.0.1:9"}}
TOO_LARGE = 32 * 1024 + 1


class Case(NamedTuple):
    """What a request meets, and what must be said and done."""

    host: str
    status: int
    code: str | None
    verdict: Verdict
    others: dict[str, Verdict]
    """Libraries that do something else, which no answer could change."""
    body: str = "as it is"


_LOST = {"Go": Verdict.AGAIN, "Swift": Verdict.AGAIN, "Analytics.js before 1.84": Verdict.DONE}
_BAD = {name: verdict for name, verdict in _LOST.items() if name != "Swift"}
CASES = {
    "all is well": Case(SERVED, 200, None, Verdict.DONE, {}),
    "the log is full": Case(FULL, 429, "LogFull", Verdict.AGAIN, {}),
    "the settings of its host cannot be read": Case(UNREAD, 503, "NotReady", Verdict.AGAIN, {}),
    "the key of a source is not there yet": Case(WAITING, 503, "KeyMissing", Verdict.AGAIN, {}),
    "nobody has the key": Case(STRANGE, 401, "UnknownWriteKey", Verdict.DROPPED, _LOST),
    "the body is no JSON": Case(SERVED, 400, "InvalidJson", Verdict.DROPPED, _BAD, "broken"),
    "the event is too large": Case(SERVED, 413, "EventTooLarge", Verdict.DROPPED, _LOST, "too large"),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngestionProcess]:
    """A service of many domains, each of which has its own trouble."""
    directory = tmp_path_factory.mktemp("answers")
    mounts = Mounts(directory)
    mounts.write(document(SERVED, sources=sources()), "served")
    mounts.write(document(STRANGE, sources=[WEBSITE]), "strange")
    mounts.write(document(WAITING, sources=[BACKEND]), "waiting")
    mounts.write(document(FULL, sources=sources(), sink=AWAY), "full")
    mounts.write("{", "no")
    for number in range(IDLE):
        mounts.write(document(f"cdp.idle{number}.com"), f"idle{number}")
    service = IngestionProcess(directory, mounts.arguments(), directory / "s")
    try:
        service.start()
        service.wait_ready()
        with service.client() as client:
            _fill(client)
        yield service
    finally:
        service.close()


def _fill(client: httpx.Client) -> None:
    """Send ever smaller requests until not even the smallest finds room."""
    event: dict[str, Any] = {"type": "page", "userId": "u"}
    for events, octets in ((16, 30_000), (1, 30_000), (1, 1000), (1, 0)):
        body = {"batch": [event | {"a": "x" * octets}] * events, "writeKey": "node-key"}
        for _ in range(200):
            answer = client.post("/v1/b", json=body, headers={"Host": FULL})
            if not answer.is_success:
                break
        assert answer.status_code == 429


def _request(name: str, body: str) -> Replay:
    library = LIBRARIES[name.removesuffix(" before 1.84")]
    if body == "broken":
        cut = b'{"batch":['
        return replace(library.batch(name, []), body=gzip.compress(cut) if library.packed else cut)
    events = library.events(name, ["track"])
    if body == "too large":
        events[0]["note"] = "x" * TOO_LARGE
    return library.batch(name, events)


def test_all_libraries_have_manners() -> None:
    assert MANNERS.keys() - {"Analytics.js before 1.84"} == LIBRARIES.keys()


@pytest.mark.parametrize("name", MANNERS)
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_library_does_with_the_answer_what_it_means(running: IngestionProcess, name: str, case: Case) -> None:
    manners = MANNERS[name]
    request = _request(name, case.body)
    with running.client() as client:
        answer = send(client, request, case.host)
    assert (answer.status_code, answer.json().get("code")) == (case.status, case.code)
    assert manners.judge(answer) is case.others.get(name, case.verdict)
    if case.verdict is Verdict.AGAIN:
        # Whole seconds, for no library reads all forms, and within what each is ready to wait.
        assert 1 <= int(answer.headers[manners.waits_by]) <= MOST_SECONDS
    else:
        assert "Retry-After" not in answer.headers
    if "Origin" in request.headers:
        exposed = {header.strip() for header in answer.headers["Access-Control-Expose-Headers"].split(",")}
        assert manners.waits_by in exposed
        assert answer.headers["Access-Control-Allow-Origin"] == request.headers["Origin"]


@pytest.mark.parametrize("name", [name for name, manners in MANNERS.items() if manners.heeds])
def test_a_full_log_is_told_with_a_status_to_which_each_library_that_can_wait_listens(
    running: IngestionProcess, name: str
) -> None:
    with running.client() as client:
        answer = send(client, _request(name, "as it is"), FULL)
    assert answer.status_code in MANNERS[name].heeds
