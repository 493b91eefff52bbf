"""Our service as a server of the comparison: its settings on disk, and its command line."""

import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from bench.ingestion.processes import Serving, free_port, serve
from bench.ingestion.taker import taker
from nameplate_api.custom_domain import Durability, SourceType
from nameplate_api.ingestion_settings import ForwardSettings, IngestionSettings, SinkSettings, SourceSettings
from nameplate_api.mounts import SETTINGS_FILE
from nameplate_api.sink import FileSink
from tests.cluster.waiting import until
from tests.world.library import ensure_library

DOMAIN = "cdp.acme.com"
HOSTS = (DOMAIN, f"api.{DOMAIN}", f"cdn.{DOMAIN}")
SOURCE = "website"
WRITE_KEY = "k3y"


@dataclass(frozen=True)
class Shape:
    """What 200 means, and where events go."""

    durability: Durability
    sink: Callable[[], AbstractContextManager[SinkSettings]]


@contextmanager
def away() -> Iterator[SinkSettings]:
    """Have events stay in the log."""
    yield SinkSettings(forward=ForwardSettings(url=f"https://127.0.0.1:{free_port()}"))


@contextmanager
def to_files() -> Iterator[SinkSettings]:
    """Have events go to files."""
    yield SinkSettings(file=FileSink())


@contextmanager
def forwarded() -> Iterator[SinkSettings]:
    """Have events go to an endpoint that takes all."""
    with taker() as url:
        yield SinkSettings(forward=ForwardSettings(url=url))


def _settings(durability: Durability, sink: SinkSettings) -> str:
    source = SourceSettings(name=SOURCE, type=SourceType.ANALYTICS_JS, write_key=WRITE_KEY, durability=durability)
    return IngestionSettings(domain=DOMAIN, hosts=HOSTS, uid="0", sources=(source,), sink=sink).document()


@contextmanager
def service(directory: Path, core: int, shape: Shape, operations_port: int | None = None) -> Iterator[Serving]:
    """Run the whole program with one worker, in an empty directory."""
    for name in ("settings", "keys", "data"):
        (directory / name).mkdir(parents=True)
    port, operations_port = free_port(), operations_port or free_port()
    places = [f"--{name}={directory / name}" for name in ("settings", "keys", "data")]
    places.append(f"--library={ensure_library()}")
    ports = ["--port", str(port), "--operations-port", str(operations_port)]
    with shape.sink() as sink:
        (directory / "settings" / SETTINGS_FILE).write_text(_settings(shape.durability, sink))
        with serve([sys.executable, "-m", "nameplate_ingestion", *places, *ports], port, core) as serving:
            # Its sockets take connections before a worker does.
            until(lambda: _is_ready(operations_port), "the service to be ready")
            yield serving


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
