"""The leash on every program that tests start: run as a script, it execs a program that cannot outlive its owner.

`python leash.py OWNER_PID COMMAND...` leaves a small watcher behind and then becomes COMMAND, so that the
process id the caller holds is the program's own.  The watcher waits on pidfds, not on being a parent: the owner
may be another process than the one that starts the program, and a thread that ends takes nothing with it
(PR_SET_PDEATHSIG would).
"""

import contextlib
import os
import select
import signal
import sys
from pathlib import Path


def leashed(owner: int, command: list[str]) -> list[str]:
    """Return the command line that runs `command` as leader of its own session and ends it with `owner`."""
    return [sys.executable, "-I", "-S", str(Path(__file__)), str(owner), *command]


def _watch(owner: int, program: int) -> None:
    ready, _, _ = select.select([owner, program], [], [])
    if program not in ready:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(program, signal.SIGKILL)
    # The program leads a process group, which its own children and this watcher are in: all of it goes.
    os.killpg(0, signal.SIGKILL)


def _become_watcher(owner: int, program: int) -> None:
    # A second fork hands the watcher to init, so that the program has no child it does not know of.
    if os.fork():
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    keep = {owner, program}
    for descriptor in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if descriptor > 2 and descriptor not in keep:
            with contextlib.suppress(OSError):
                os.close(descriptor)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _watch(owner, program)
    os._exit(0)


def main() -> None:
    """Leave the watcher behind and become the program."""
    owner_pid, command = int(sys.argv[1]), sys.argv[2:]
    os.setsid()
    program = os.pidfd_open(os.getpid())
    try:
        owner = os.pidfd_open(owner_pid)
    except ProcessLookupError:
        sys.exit(f"the owner of {command[0]}, process {owner_pid}, is gone")
    helper = os.fork()
    if helper == 0:
        _become_watcher(owner, program)
    os.waitpid(helper, 0)
    os.execvp(command[0], command)  # noqa: S606 - the command is a list, no shell is wanted


if __name__ == "__main__":
    main()
