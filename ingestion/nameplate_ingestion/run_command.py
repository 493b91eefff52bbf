"""The command line, and the life of the process that watches over the workers: sockets, signals, operations port."""

import argparse
import asyncio
import logging
import signal
import socket
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR, CollectorRegistry

from nameplate_api import json_lines
from nameplate_api.mounts import HTTP_PORT, OPERATIONS_PORT
from nameplate_ingestion.operations import Operations, refuse
from nameplate_ingestion.order import GRACE
from nameplate_ingestion.server import BACKLOG, Server, bind_everywhere, bind_unix
from nameplate_ingestion.service_metrics import ServiceMetrics
from nameplate_ingestion.settings_follower import SettingsFollower
from nameplate_ingestion.settings_reader import SettingsReader
from nameplate_ingestion.workers import Directories, Workers

MOST_WORKERS = 32
"""Each needs a share of the volume that is worth a log."""
LIBRARY = Path("/usr/share/nameplate/library")
"""Where an image has it."""
_KILL_AFTER = GRACE + 3.0
_ENDS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 0 if everything ended in order."""
    options = _parser().parse_args(arguments)
    json_lines.configure()
    try:
        options.data.mkdir(parents=True, exist_ok=True)
        listeners = _listeners(options)
        operations = bind_everywhere(options.operations_port)
    except OSError as error:
        log.critical("Cannot start: %s", error)
        return 1
    return asyncio.run(_serve(options, listeners, operations))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nameplate_ingestion", description=__doc__)
    parser.add_argument("--settings", type=Path, required=True, help="directory of the settings documents")
    parser.add_argument("--keys", type=Path, required=True, help="directory of the key files")
    parser.add_argument("--data", type=Path, required=True, help="directory for everything that is written")
    parser.add_argument(
        "--library", type=Path, default=LIBRARY, help="directory of Analytics.js (default: %(default)s)"
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--port", type=int, default=HTTP_PORT, help="port to serve on (default: %(default)s)")
    place.add_argument("--unix", type=Path, help="Unix socket to serve on instead")
    parser.add_argument("--operations-port", type=int, default=OPERATIONS_PORT, help="of /healthz, /readyz, /metrics")
    parser.add_argument("--workers", type=_count, default=1, help="processes, one for each core (default: 1)")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"expected 1 to {MOST_WORKERS}")
    return number


def _listeners(options: argparse.Namespace) -> list[socket.socket]:
    """Return a listening socket for each worker; it outlives the worker, and so do the connections that wait in it."""
    if options.unix is not None:
        shared = bind_unix(options.unix)
        shared.listen(BACKLOG)
        return [shared, *(shared.dup() for _ in range(options.workers - 1))]
    bound = [bind_everywhere(options.port)]
    port = bound[0].getsockname()[1]
    bound += [bind_everywhere(port) for _ in range(options.workers - 1)]
    for each in bound:
        each.listen(BACKLOG)
    return bound


async def _serve(options: argparse.Namespace, listeners: Sequence[socket.socket], operations: socket.socket) -> int:
    metrics, registry = ServiceMetrics(), CollectorRegistry()
    for collector in (metrics, PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
        registry.register(collector)
    workers = Workers(Directories(options.data, options.library), listeners, metrics)
    answers = Operations(workers.all, registry)
    reader = SettingsReader(options.settings, options.keys, options.data / "settings")
    following = asyncio.create_task(SettingsFollower(reader, workers, answers, metrics).serve())
    server = Server(answers.handle, refuse, frozenset())
    await server.listen(operations)
    place = options.unix or f"port {listeners[0].getsockname()[1]}"
    log.info(
        "Version %s: %s workers on %s, operations on port %s",
        version("nameplate"), len(listeners), place, operations.getsockname()[1],
    )  # fmt: skip
    loop = asyncio.get_running_loop()

    def end(number: signal.Signals) -> None:
        if not answers.ending:
            log.info("%s: the workers end; a second signal ends the wait for new requests", number.name)
            loop.call_later(_KILL_AFTER, workers.end, signal.SIGKILL)
        answers.ending = True
        workers.end()

    for number in _ENDS:
        loop.add_signal_handler(number, end, number)
    good = await workers.serve()
    following.cancel()
    await server.close(0.5)
    for number in _ENDS:
        # The loop would put back the default, and a signal that comes now would be how we ended.
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)
    log.info("All workers have ended%s", "" if good else ", not all of them in order")
    return 0 if good else 1
