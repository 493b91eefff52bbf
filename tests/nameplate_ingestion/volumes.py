"""File systems of a test's own: a small one, and one whose disk can be made to fail. They need the right to mount.

Where the kernel lends no loop device, as in most containers, a test of the failing disk is skipped.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_volume(directory: Path, size: str) -> Iterator[None]:
    """Mount a file system of this size."""
    _run("mount", "-t", "tmpfs", "-o", f"size={size}", "nameplate-test", str(directory))
    try:
        yield
    finally:
        _run("umount", "--lazy", str(directory))


@contextmanager
def failing_volume(directory: Path, backing: Path) -> Iterator[Callable[[], None]]:
    """Mount a disk of 256 MiB and yield what makes its every later write fail: below it there is no room any more."""
    with ExitStack() as undo:
        undo.enter_context(small_volume(backing, "256m"))
        image = backing / "disk"
        with image.open("wb") as file:
            file.truncate(250 << 20)
        _run("mkfs.ext4", "-q", "-F", str(image))
        if subprocess.run(("losetup", "--find"), capture_output=True, check=False).returncode:
            pytest.skip("this machine has no loop device for a disk that fails")
        loop = _run("losetup", "--find", "--show", str(image))
        undo.callback(_run, "losetup", "--detach", loop)
        _run("mount", "-o", "errors=continue", loop, str(directory))
        undo.callback(_run, "umount", "--lazy", str(directory))

        def fail() -> None:
            _run("sync", "--file-system", str(directory))
            _run("fallocate", "--punch-hole", "--offset", "0", "--length", str(250 << 20), str(image))
            _run("mount", "-o", "remount,size=4k", str(backing))
            (backing / "filler").write_bytes(bytes(4096))

        yield fail


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    what = " ".join(command)
    assert not done.returncode, f"this test needs root and the right to mount; {what} failed: {done.stderr.strip()}"
    return done.stdout.strip()
