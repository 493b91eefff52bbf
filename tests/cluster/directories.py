"""The folders in which test processes keep their files, and the sweep of those whose owner is gone."""

import os
import shutil
import tempfile
from pathlib import Path


def root() -> Path:
    """Return the folder of all that this user's test processes keep while they run."""
    # A process id means something only within its namespace: elsewhere the owner of a folder may look dead.
    namespace = Path("/proc/self/ns/pid").stat().st_ino
    return Path(tempfile.gettempdir()) / f"nameplate-{os.getuid()}-{namespace}"


def new_directory(owner: int, kind: str) -> Path:
    """Make a folder that belongs to the process `owner`, after removing those of owners that are gone."""
    sweep()
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{kind}-{owner}-{_started(owner)}-", dir=root()))


def directory_of(owner: int, kind: str) -> Path:
    """Return the one folder of this kind that belongs to the process `owner`, made if it is not there."""
    sweep()
    directory = root() / f"{kind}-{owner}-{_started(owner)}-only"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def sweep() -> None:
    """Remove what killed runs left behind; their processes ended with their owner."""
    for directory in root().glob("*-*-*-*"):
        owner, started = directory.name.rsplit("-", 3)[1:3]
        if owner.isdigit() and _started(int(owner)) != started:
            shutil.rmtree(directory, ignore_errors=True)


def _started(pid: int) -> str | None:
    """Return when a process began, which tells it from a later one with the same number; None if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]
