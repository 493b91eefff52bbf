"""What the world takes from the operating system: found, or installed through apt in front of the user."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

_SEARCHED = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
_INSTALL_TIMEOUT = 600


class ProgramMissing(RuntimeError):
    """A program is not there and cannot be installed from here."""


def find_program(name: str) -> Path | None:
    """Where a program is, daemons outside of the user's PATH included."""
    found = shutil.which(name, path=_SEARCHED)
    return None if found is None else Path(found)


def ensure(find: Callable[[], Path | None], what: str, packages: Sequence[str]) -> Path:
    """What `find` finds; as root on a Debian-like system the packages are installed if it finds nothing."""
    found = find() or _install(find, what, packages)
    if found is None:
        raise ProgramMissing(f"{what} is still missing after installing {' '.join(packages)}")
    return found


def _install(find: Callable[[], Path | None], what: str, packages: Sequence[str]) -> Path | None:
    command = f"apt-get install {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ProgramMissing(f"{what} is needed and was not found; as root run: {command}")
    # Parallel test workers must not run into each other's dpkg lock.
    with (Path(tempfile.gettempdir()) / "nameplate-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if find() is None:
            print(f"{what} is missing: {command} ...", file=sys.stderr, flush=True)
            _apt_get("update")
            _apt_get("install", "--yes", "--no-install-recommends", *packages)
    return find()


def _apt_get(*arguments: str) -> None:
    # RUNLEVEL=1 keeps invoke-rc.d from starting the packages' own services on well-known ports.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(
        ["apt-get", "--quiet=2", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_INSTALL_TIMEOUT,
        check=False,
    )
    if done.returncode != 0:
        raise ProgramMissing(f"apt-get {arguments[0]} failed:\n{(done.stdout + done.stderr)[-2000:]}")
