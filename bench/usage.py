"""What a process has used so far, by /proc (proc_pid_stat(5), proc_pid_status(5))."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12


@dataclass(frozen=True)
class Usage:
    """CPU seconds, resident memory now and at most, in octets."""

    cpu: float
    resident: int
    peak: int

    @classmethod
    def of(cls, pid: int | str = "self") -> "Usage":
        """Read it of a process that runs."""
        process = Path(f"/proc/{pid}")
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        lines = (process / "status").read_text().splitlines()
        sizes = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.split()}
        ticks = int(fields[_USER]) + int(fields[_SYSTEM])
        return cls(ticks / _TICKS, int(sizes["VmRSS"]) * 1024, int(sizes["VmHWM"]) * 1024)
