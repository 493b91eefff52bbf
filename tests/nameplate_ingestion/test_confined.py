"""The program in the surroundings of its Pod: no root, a root file system that cannot be written, a full volume."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.egress import RECORD
from tests.cluster.waiting import until
from tests.nameplate_ingestion.load import Load
from tests.nameplate_ingestion.mounted import Mounts
from tests.nameplate_ingestion.volumes import small_volume
from tests.world.ingestion_process import IngestionProcess, delivered

ROOT = Path(__file__).parents[2]
INSIDE = ROOT / "tests" / "world" / "operator_process_inside.py"
USER = 10001


def confined(directory: Path, mounts: Mounts, writable: Path, command: list[str]) -> list[str]:
    """Return the command in a mount namespace where only data and one directory can be written, by USER."""
    # The interpreter of this machine may lie where only root can read: that one right is kept, no other.
    rights = ["--inh-caps=-all,+dac_read_search", "--bounding-set=-all,+dac_read_search"]
    identity = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    become = ["setpriv", "--no-new-privs", *identity, *rights, "--ambient-caps=-all,+dac_read_search"]
    guarded = [str(Path(os.environ[RECORD]).parent)] if RECORD in os.environ else []
    plan = {
        "directory": str(directory),
        "volumes": [
            {"source": str(place), "path": str(place), "readOnly": place != mounts.data}
            for place in (mounts.settings, mounts.keys, mounts.data)
        ],
        "writable": [*guarded, str(writable)],
        "readOnlyRoot": True,
        "dropCapabilities": False,
        "command": [*become, *command],
    }
    path = directory / "plan.json"
    path.write_text(json.dumps(plan))
    return ["unshare", "--mount", "--propagation", "private", sys.executable, "-I", "-S", str(INSIDE), str(path)]


def test_it_needs_neither_root_nor_a_root_file_system_that_can_be_written(mounts: Mounts, tmp_path: Path):
    sockets = tmp_path / "sockets"
    sockets.mkdir()
    for place in (mounts.data, sockets):
        os.chown(place, USER, USER)
    service = IngestionProcess(tmp_path, mounts.arguments(), sockets / "s")
    # A port that root holds would not be another user's to share.
    service.release_port()
    try:
        service.start("--workers", "2", wrap=lambda command: confined(tmp_path, mounts, sockets, command))
        service.wait_ready()
        status = Path(f"/proc/{service.workers()[0]}/status").read_text()
        assert f"Uid:\t{USER}\t{USER}\t{USER}\t{USER}" in status
        written = Path(f"/proc/{service.pid}/root/var/tmp/forbidden")
        with pytest.raises(OSError, match="Read-only file system"):
            written.touch()
        event = {"userId": "u", "event": "e", "messageId": "m", "writeKey": "k3y"}
        assert service.post("cdp.acme.com", "/v1/track", event).is_success
        until(lambda: [line["event"]["messageId"] for line in delivered(mounts.data)] == ["m"], "the event to arrive")
        assert service.terminate() == 0
    finally:
        service.close()


@pytest.fixture
def small_data(mounts: Mounts) -> Iterator[Path]:
    """A data directory that holds no more than 256 MiB."""
    with small_volume(mounts.data, "256m"):
        yield mounts.data


def fill(file: Path) -> None:
    """Write to a file until the volume holds no more."""
    with file.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(65536))
    assert not os.statvfs(file).f_bavail


def test_a_full_volume_refuses_and_loses_nothing(small_data: Path, mounts: Mounts, service: IngestionProcess):
    load = Load(service.socket)
    service.start()
    service.wait_ready()

    async def load_until(done: str) -> None:
        running = asyncio.create_task(load.run())
        acknowledged, refused = len(load.acknowledged), sum(load.refused.values())
        for _ in range(1000):
            await asyncio.sleep(0.05)
            seen = {"refused": sum(load.refused.values()) > refused, "taken": len(load.acknowledged) > acknowledged}
            if seen[done]:
                break
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert seen[done], f"no event was {done}; the log ends: {service.log.read_text()[-500:]}"

    asyncio.run(load_until("taken"))
    filler = small_data / "filler"
    fill(filler)
    load.size = 20_000
    asyncio.run(load_until("refused"))
    assert set(load.refused) == {429}
    assert service.operations("/healthz").is_success
    assert service.operations("/readyz").is_success
    filler.unlink()
    asyncio.run(load_until("taken"))
    service.kill()
    service.start()
    service.wait_ready()
    assert service.terminate() == 0
    lost = load.acknowledged - {line["event"]["messageId"] for line in delivered(mounts.data)}
    assert not lost
