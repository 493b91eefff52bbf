"""What is compared: our service in three shapes at two levels of durability, nginx in three ways, granian in two."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.ingestion import nginx
from bench.ingestion.processes import Serving, free_port, serve
from bench.ingestion.service import Shape, away, forwarded, service, to_files
from nameplate_api.custom_domain import Durability

Start = Callable[[Path, int], AbstractContextManager[Serving]]
ANSWERING, PROXYING, LOGGING = "nginx return", "nginx proxy", "nginx proxy + body log"
INTAKE_MEMORY, INTAKE_DISK = "ours, intake alone, Memory", "ours, intake alone, Disk"
WHOLE_MEMORY, WHOLE_DISK = "ours, to files, Memory", "ours, to files, Disk"
FORWARDED_DISK = "ours, forwarded, Disk"
GRANIAN_MEMORY, GRANIAN_DISK = "granian, intake alone, Memory", "granian, intake alone, Disk"


@dataclass(frozen=True)
class Contender:
    """A server by its name in the table; `start` takes an empty directory and a core."""

    name: str
    start: Start


def _nginx(location: Callable[[Path], str]) -> Start:
    def start(directory: Path, core: int) -> AbstractContextManager[Serving]:
        port = free_port()
        return serve(nginx.command(directory, port, free_port(), location(directory)), port, core)

    return start


def _ours(shape: Shape) -> Start:
    def start(directory: Path, core: int) -> AbstractContextManager[Serving]:
        return service(directory, core, shape)

    return start


def _granian(durability: Durability) -> Start:
    def start(directory: Path, core: int) -> AbstractContextManager[Serving]:
        directory.mkdir(parents=True)
        port = free_port()
        options = ["--interface", "rsgi", "--host", "127.0.0.1", "--port", str(port), "--loop", "uvloop"]
        command = [sys.executable, "-m", "granian", *options, "bench.ingestion.granian_application:app"]
        return serve(command, port, core, {"DIRECTORY": str(directory), "DURABILITY": durability})

    return start


CONTENDERS = {
    each.name: each
    for each in (
        Contender(ANSWERING, _nginx(lambda _: nginx.answering())),
        Contender(PROXYING, _nginx(lambda _: nginx.proxying())),
        Contender(LOGGING, _nginx(nginx.logging)),
        Contender(GRANIAN_MEMORY, _granian(Durability.MEMORY)),
        Contender(GRANIAN_DISK, _granian(Durability.DISK)),
        Contender(INTAKE_MEMORY, _ours(Shape(Durability.MEMORY, away))),
        Contender(INTAKE_DISK, _ours(Shape(Durability.DISK, away))),
        Contender(WHOLE_MEMORY, _ours(Shape(Durability.MEMORY, to_files))),
        Contender(WHOLE_DISK, _ours(Shape(Durability.DISK, to_files))),
        Contender(FORWARDED_DISK, _ours(Shape(Durability.DISK, forwarded))),
    )
}
