"""Answers the kubelet and Prometheus on a port of its own: /healthz, /readyz and /metrics, for all workers together."""

from collections.abc import Sequence
from typing import Protocol

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from nameplate_api.text import printable
from nameplate_ingestion.call import Answer, Call, Reply
from nameplate_ingestion.report import Report
from nameplate_ingestion.server import Unserved

SILENT_AFTER = 10.0
"""Seconds without a report after which a worker's loop counts as stuck."""
_TEXT = ((b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"))


class WatchedWorker(Protocol):
    """A worker as it is seen from outside."""

    @property
    def report(self) -> Report | None:
        """What it told last; None if it has not begun to."""

    @property
    def silent(self) -> float:
        """Seconds since then, or since it was started."""


class Operations:
    """Handles the calls."""

    def __init__(self, workers: Sequence[WatchedWorker], registry: CollectorRegistry) -> None:
        """Take those that are watched."""
        self.ending = False
        self.problems: tuple[str, ...] = ()
        """What is wrong with the settings, although all is served."""
        self._workers = workers
        self._registry = registry

    def handle(self, call: Call, answer: Answer) -> None:
        """Answer one request."""
        path = call.target.partition(b"?")[0]
        if call.method not in (b"GET", b"HEAD"):
            answer(Reply(405, (*_TEXT, (b"allow", b"GET, HEAD")), b"use GET\n"))
        elif path == b"/healthz":
            answer(_verdict(self._live()))
        elif path == b"/readyz":
            answer(_verdict(self._ready()))
        elif path == b"/metrics":
            content_type = (b"content-type", CONTENT_TYPE_LATEST.encode())
            answer(Reply(200, (content_type,), generate_latest(self._registry)))
        else:
            answer(Reply(404, _TEXT, b"there is /healthz, /readyz and /metrics\n"))

    def _live(self) -> list[str]:
        lines = []
        for number, worker in enumerate(self._workers):
            if worker.silent > SILENT_AFTER:
                lines.append(f"[-] worker {number}: makes no progress")
            elif worker.report is not None:
                lines += [f"[-] worker {number}: {each}" for each in worker.report.stuck]
        return lines or ["[+] live"]

    def _ready(self) -> list[str]:
        if self.ending:
            return ["[-] ending"]
        lines = []
        for number, worker in enumerate(self._workers):
            if worker.report is None or worker.silent > SILENT_AFTER:
                lines.append(f"[-] worker {number}: is starting")
                continue
            lines += [f"[-] worker {number}: {each}" for each in worker.report.unready]
        lines = lines or ["[+] ready"]
        told = (each for worker in self._workers if worker.report for each in worker.report.problems)
        return [*lines, *(f"[!] {each}" for each in dict.fromkeys((*self.problems, *told)))]


def _verdict(lines: Sequence[str]) -> Reply:
    good = not any(line.startswith("[-]") for line in lines)
    return Reply(200 if good else 503, _TEXT, "".join(f"{printable(line)}\n" for line in lines).encode())


def refuse(reason: Unserved, call: Call | None) -> Reply:  # noqa: ARG001
    """Return the answer to what is no request that is served here."""
    return Reply(reason.status, _TEXT, f"{reason}\n".encode())
