"""The parent of all backends: run as a script, it forks one for each line that asks for it, and ends them.

Lines on standard input: {"start": ID, "pod": NAME, "socket": PATH, "arguments": [...]} and {"stop": ID}. When the
input ends, everything ends.
"""

import gc
import json
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parent))

from backends_program import Program, serve  # type: ignore[import-not-found]

_BACKLOG = 128


def _start(order: dict[str, Any]) -> int:
    # Bound before the fork: whoever may know of the backend can connect to it.
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(order["socket"])
    listener.listen(_BACKLOG)
    pid = os.fork()
    if pid == 0:
        _become(order, listener)
    listener.close()
    return pid


def _become(order: dict[str, Any], listener: socket.socket) -> NoReturn:
    try:
        # Collecting garbage would touch, and so copy, all memory that is shared with the parent.
        gc.disable()
        os.close(0)
        serve(listener, Program(order["pod"], order["arguments"]))
    except BaseException:  # noqa: BLE001 - a forked child must never return into its parent's work
        traceback.print_exc()
    os._exit(1)


def main() -> None:
    """Follow the orders until there can be no more."""
    children: dict[str, int] = {}
    gc.freeze()
    for line in sys.stdin.buffer:
        order = json.loads(line)
        if "start" in order:
            children[order["start"]] = _start(order)
        else:
            # Waited for here only, so until now its number cannot have become another's.
            pid = children.pop(order["stop"])
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    with suppress(ProcessLookupError):
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
