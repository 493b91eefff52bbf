"""What processes have used so far, by /proc (proc_pid_stat(5), proc_pid_status(5))."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_SESSION, _USER, _SYSTEM = 3, 11, 12


@dataclass(frozen=True)
class Usage:
    """CPU seconds, resident memory now and at most, in octets."""

    cpu: float
    resident: int
    peak: int

    @classmethod
    def of(cls, pid: int | str = "self") -> "Usage":
        """Read it of a process that runs."""
        fields = _stat(pid)
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        sizes = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.split()}
        ticks = int(fields[_USER]) + int(fields[_SYSTEM])
        return cls(ticks / _TICKS, int(sizes.get("VmRSS", 0)) * 1024, int(sizes.get("VmHWM", 0)) * 1024)


def session(leader: int) -> Iterator[int]:
    """Yield the processes of a session, its leader among them."""
    for entry in Path("/proc").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            if entry.name.isdigit() and int(_stat(entry.name)[_SESSION]) == leader:
                yield int(entry.name)


def _stat(pid: int | str) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
