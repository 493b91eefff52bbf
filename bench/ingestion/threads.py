"""Which threads of our service take the processor's time under load, as programs and as the kernel for them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bench.ingestion.contenders import (
    CONTENDERS,
    FORWARDED_DISK,
    INTAKE_DISK,
    INTAKE_MEMORY,
    WHOLE_DISK,
    WHOLE_MEMORY,
)
from bench.ingestion.load import send
from bench.ingestion.processes import CLIENT_CORE, SERVER_CORE
from bench.usage import session

_TICKS = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12
_WARM_UP = 1


class _Seconds(NamedTuple):
    """Of one thread so far."""

    user: float = 0.0
    system: float = 0.0


def threads_table(seconds: int) -> str:
    """Return microseconds per request as a Markdown table."""
    lines = [
        "| µs per request | the loop, user | the loop, system | other threads, user | other threads, system | all |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in (INTAKE_MEMORY, INTAKE_DISK, WHOLE_MEMORY, WHOLE_DISK, FORWARDED_DISK):
        parts = _measure(name, seconds)
        lines.append(f"| {name} | {' | '.join(f'{each:.1f}' for each in (*parts, sum(parts)))} |")
    return "\n".join(lines)


def _measure(name: str, seconds: int) -> list[float]:
    with tempfile.TemporaryDirectory() as place, CONTENDERS[name].start(Path(place) / "it", SERVER_CORE) as server:
        send(server.port, _WARM_UP, core=CLIENT_CORE)
        before = dict(_threads(server.leader))
        requests = send(server.port, seconds, core=CLIENT_CORE).requests
        after = dict(_threads(server.leader))
    parts = [0.0] * 4
    for (pid, thread), taken in after.items():
        first = 0 if pid == thread else 2
        for part, (now, then) in enumerate(zip(taken, before.get((pid, thread), _Seconds()), strict=True), first):
            parts[part] += (now - then) / requests * 1e6
    return parts


def _threads(leader: int) -> Iterator[tuple[tuple[int, int], _Seconds]]:
    """Yield the threads of all processes of a session (proc_pid_task(5)); the first one of a process runs its loop."""
    for pid in session(leader):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                fields = (task / "stat").read_text().rpartition(")")[2].split()
                yield (pid, int(task.name)), _Seconds(int(fields[_USER]) / _TICKS, int(fields[_SYSTEM]) / _TICKS)
