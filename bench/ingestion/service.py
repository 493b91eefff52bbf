"""Our service as a server of the comparison: its settings on disk, and its command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.ingestion.processes import Serving, free_port, serve
from nameplate_api.custom_domain import Durability, SourceType
from nameplate_api.ingestion_settings import ForwardSettings, IngestionSettings, SinkSettings, SourceSettings
from nameplate_api.mounts import SETTINGS_FILE
from nameplate_api.sink import FileSink

DOMAIN = "cdp.acme.com"
HOSTS = (DOMAIN, f"api.{DOMAIN}", f"cdn.{DOMAIN}")
SOURCE = "website"
WRITE_KEY = "k3y"


@dataclass(frozen=True)
class Shape:
    """What 200 means, and whether events go on to files or stay in the log, since their sink is away."""

    durability: Durability
    forwards: bool


def _settings(shape: Shape) -> str:
    source = SourceSettings(name=SOURCE, type=SourceType.ANALYTICS_JS, write_key=WRITE_KEY, durability=shape.durability)
    away = ForwardSettings(url=f"https://127.0.0.1:{free_port()}")
    sink = SinkSettings(file=FileSink()) if shape.forwards else SinkSettings(forward=away)
    return IngestionSettings(domain=DOMAIN, hosts=HOSTS, uid="0", sources=(source,), sink=sink).document()


@contextmanager
def service(directory: Path, core: int, shape: Shape, operations_port: int | None = None) -> Iterator[Serving]:
    """Run the whole program with one worker, in an empty directory."""
    for name in ("settings", "keys", "data"):
        (directory / name).mkdir(parents=True)
    (directory / "settings" / SETTINGS_FILE).write_text(_settings(shape))
    port = free_port()
    places = [f"--{name}={directory / name}" for name in ("settings", "keys", "data")]
    ports = ["--port", str(port), "--operations-port", str(operations_port or free_port())]
    with serve([sys.executable, "-m", "nameplate_ingestion", *places, *ports], port, core) as serving:
        yield serving
