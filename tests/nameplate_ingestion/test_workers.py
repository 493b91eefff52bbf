"""Workers that end are started again: soon at first, then ever later; what a dead one said of itself is forgotten."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest

from nameplate_ingestion.report import Report
from nameplate_ingestion.served import Service, encode
from nameplate_ingestion.service_metrics import ServiceMetrics
from nameplate_ingestion.workers import Assignment, Directories, Observer, WorkerProcess, Workers


async def test_each_quick_end_makes_the_next_start_wait_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lives = [0.0] * 8 + [31.0] + [0.0] * 2
    now, waits = 0.0, []
    with socket.socket() as listener:
        workers = Workers(Directories(tmp_path, tmp_path), [listener], ServiceMetrics())
        (worker,) = workers.all

        async def live() -> int:
            nonlocal now
            now += lives[len(waits)]
            return 1

        async def wait_for(waiting, timeout):  # noqa: ASYNC109
            waiting.close()
            waits.append(timeout)
            if len(waits) == len(lives):
                worker.end(signal.SIGTERM)
            raise TimeoutError

        monkeypatch.setattr(worker, "_run", live)
        monkeypatch.setattr("nameplate_ingestion.workers.time.monotonic", lambda: now)
        monkeypatch.setattr(asyncio, "wait_for", wait_for)
        await worker.serve()
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 0.5, 1.0, 2.0]


async def test_a_worker_that_was_killed_has_nothing_to_report(tmp_path: Path):
    seen: list[bool] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assignment = Assignment(number=0, workers=1, data=str(tmp_path), library="")

        def reported(report: Report) -> None:
            seen.append(worker.report is not None)
            worker.end(signal.SIGKILL)

        worker = WorkerProcess(
            assignment, listener, Observer(lambda: None, reported, lambda: seen.append(worker.report is not None))
        )
        worker.tell(encode(Service()))
        await asyncio.wait_for(worker.serve(), 60)
    assert (seen[0], seen[-1], worker.code) == (True, False, -signal.SIGKILL)
