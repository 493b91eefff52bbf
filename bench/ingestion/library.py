"""The library and its settings as a page fetches them, beside nginx that serves the same octets from files."""

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.ingestion import nginx
from bench.ingestion.load import CONNECTIONS, fetch
from bench.ingestion.processes import CLIENT_CORE, SERVER_CORE, Serving, free_port, serve
from bench.ingestion.service import HOSTS, WRITE_KEY, Shape, service, to_files
from nameplate_api.custom_domain import Durability
from nameplate_ingestion.library.coding import Coding
from nameplate_ingestion.library.project_settings import names_for, project_settings
from nameplate_ingestion.library.shelf import Library
from tests.world.library import ensure_library

ASKED_HOST = HOSTS[1]
LIBRARY = f"/analytics.js/v1/{WRITE_KEY}/analytics.min.js"
SETTINGS = f"/v1/projects/{WRITE_KEY}/settings"
PART = "/analytics-next/bundles/ajs-destination.bundle.40628baed746e9904edc.js"
WHAT = {LIBRARY: "the library", SETTINGS: "its settings", PART: "a part, ajs-destination"}
_WARM_UP = 1
_COLUMNS = (
    "requests per CPU second",
    "ours",
    "nginx",
    "÷ nginx",
    "p99, ms",
    "nginx's",
    "p99 at half load, ms",
    "nginx's",
    "failed",
)
Start = Callable[[Path], AbstractContextManager[Serving]]


@dataclass(frozen=True)
class Fetched:
    """One file of one server in one round."""

    per_cpu: float
    p99: float
    half_p99: float
    failed: int


def bodies() -> dict[str, tuple[bytes, str]]:
    """Return what is served at each path, and in which coding."""
    library = Library.read(ensure_library())
    names = names_for(ASKED_HOST, HOSTS, WRITE_KEY)
    file, part = library.file(names, Coding.BROTLI), library.chunk(PART.rpartition("/")[2], Coding.BROTLI)
    if part is None:
        raise LookupError(f"the library that is served has no {PART}")
    return {
        LIBRARY: (file.beginning + file.end, "br"),
        SETTINGS: (project_settings(names), ""),
        PART: (part.beginning + part.end, "br"),
    }


def library_table(rounds: int, seconds: int) -> str:
    """Return both servers, file by file, as a Markdown table."""
    lines = [f"| {' | '.join(_COLUMNS)} |", f"|---|{'---:|' * (len(_COLUMNS) - 1)}"]
    for path, what in WHAT.items():
        pairs = [(_fetched(our_service, path, seconds), _fetched(_nginx, path, seconds)) for _ in range(rounds)]
        ours, theirs = zip(*pairs, strict=True)
        ratio = median(one.per_cpu / other.per_cpu for one, other in pairs)
        figures = (
            f"{_median(ours, 'per_cpu'):,.0f}",
            f"{_median(theirs, 'per_cpu'):,.0f}",
            f"{ratio:.2f}",
            *(f"{_median(each, 'p99'):.1f}" for each in (ours, theirs)),
            *(f"{_median(each, 'half_p99'):.1f}" for each in (ours, theirs)),
            str(sum(each.failed for each in (*ours, *theirs))),
        )
        lines.append(f"| {what} | {' | '.join(figures)} |")
    return "\n".join(lines)


def _fetched(start: Start, path: str, seconds: int) -> Fetched:
    with tempfile.TemporaryDirectory() as place, start(Path(place) / "it") as server:
        fetch(server.port, _WARM_UP, path, core=CLIENT_CORE)
        before = server.cpu
        load = fetch(server.port, seconds, path, core=CLIENT_CORE)
        per_cpu = load.requests / (server.cpu - before)
        half = fetch(server.port, seconds, path, core=CLIENT_CORE, pause=2 * CONNECTIONS / load.rate)
        return Fetched(per_cpu, load.p99, half.p99, load.failed + half.failed)


def our_service(directory: Path) -> AbstractContextManager[Serving]:
    """Run the ingestion program with the library."""
    return service(directory, SERVER_CORE, Shape(Durability.DISK, to_files))


def _nginx(directory: Path) -> AbstractContextManager[Serving]:
    port = free_port()
    return serve(nginx.command(directory, port, free_port(), nginx.files(directory, bodies())), port, SERVER_CORE)


def _median(each: tuple[Fetched, ...], field: str) -> float:
    return median(getattr(one, field) for one in each)
