"""What is compared: our service at two levels of durability, nginx in three ways, granian with the same function."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.ingestion import nginx
from bench.ingestion.processes import Serving, free_port, serve
from nameplate_api.custom_domain import Durability, SourceType
from nameplate_api.ingestion_settings import IngestionSettings, SourceSettings
from nameplate_api.mounts import SETTINGS_FILE

DOMAIN = "cdp.acme.com"
Start = Callable[[Path, int], AbstractContextManager[Serving]]


@dataclass(frozen=True)
class Contender:
    """A server by its name in the table; `start` takes an empty directory and a core."""

    name: str
    start: Start


def settings(directory: Path, durability: Durability) -> tuple[str, ...]:
    """Write the settings of one domain; return the arguments that name them."""
    source = SourceSettings(name="website", type=SourceType.ANALYTICS_JS, write_key="k3y", durability=durability)
    hosts = (DOMAIN, f"api.{DOMAIN}", f"cdn.{DOMAIN}")
    document = IngestionSettings(domain=DOMAIN, hosts=hosts, uid="0", sources=(source,)).document()
    for name in ("settings", "keys", "data"):
        (directory / name).mkdir(parents=True)
    (directory / "settings" / SETTINGS_FILE).write_text(document)
    return tuple(f"--{name}={directory / name}" for name in ("settings", "keys", "data"))


def _nginx(location: Callable[[Path], str]) -> Start:
    def start(directory: Path, core: int) -> AbstractContextManager[Serving]:
        port = free_port()
        return serve(nginx.command(directory, port, free_port(), location(directory)), port, core)

    return start


def _ours(durability: Durability) -> Start:
    def start(directory: Path, core: int) -> AbstractContextManager[Serving]:
        port = free_port()
        command = [sys.executable, "-m", "nameplate_ingestion", *settings(directory, durability)]
        return serve([*command, "--port", str(port), "--operations-port", str(free_port())], port, core)

    return start


CONTENDERS = (
    Contender("nginx return", _nginx(lambda _: nginx.answering())),
    Contender("nginx proxy", _nginx(lambda _: nginx.proxying())),
    Contender("nginx proxy + body log", _nginx(nginx.logging)),
    Contender("ours, Memory", _ours(Durability.MEMORY)),
    Contender("ours, Disk", _ours(Durability.DISK)),
)
