"""Run as a script in a fresh mount namespace, it mounts what a container mounts and becomes its program.

`unshare --mount python operator_process_inside.py PLAN` with PLAN a JSON file: `volumes` [{source, path, readOnly}],
`writable` [directory] that stay so under `readOnlyRoot`, `dropCapabilities`, `command`. Nothing of it is seen outside,
and all of it is gone with the program.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_KERNEL = ("/proc", "/sys", "/dev")


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def _mount_points() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split()[4].encode().decode("unicode_escape") for line in lines]


def _below(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def _make_mount_point(path: Path, scratch: Path) -> None:
    """Make a directory that nobody outside sees: in an overlay over the nearest directory that is there."""
    if path.is_dir():
        return
    above = next(each for each in path.parents if each.is_dir())
    if above == Path("/"):
        sys.exit(f"{path}: nothing can be mounted in a new directory of /")
    layer = scratch / str(abs(hash(path)))
    for name in ("before", "upper", "work"):
        (layer / name).mkdir(parents=True)
    inner = [each for each in _mount_points() if _below(each, str(above)) and each != str(above)]
    _mount("--rbind", above, layer / "before")
    options = f"lowerdir={layer / 'before'},upperdir={layer / 'upper'},workdir={layer / 'work'}"
    _mount("-t", "overlay", "-o", options, "overlay", above)
    # An overlay shows nothing of what is mounted below, such as the resolv.conf of a container.
    for each in inner:
        if Path(each).exists():
            _mount("--rbind", layer / "before" / Path(each).relative_to(above), each)
    path.mkdir(parents=True)


def _seal(writable: list[str]) -> None:
    for directory in writable:
        _mount("--bind", directory, directory)
    for each in dict.fromkeys(_mount_points()):
        if not any(_below(each, kept) for kept in (*_KERNEL, *writable)) and Path(each).exists():
            _mount("-o", "remount,bind,ro", each)


def _enter(plan: dict[str, Any]) -> None:
    scratch = Path(tempfile.mkdtemp(dir=plan["directory"]))
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", scratch)
    places = [Path(os.path.realpath(each["path"])) for each in plan["volumes"]]
    for place in places:
        _make_mount_point(place, scratch)
    if plan["readOnlyRoot"]:
        _seal(plan["writable"])
    for place, volume in zip(places, plan["volumes"], strict=True):
        _mount("--bind", volume["source"], place)
        _mount("-o", f"remount,bind,{'ro' if volume['readOnly'] else 'rw'}", place)


def main() -> None:
    """Mount, drop rights, and become the program."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    _enter(plan)
    command = plan["command"]
    if plan["dropCapabilities"]:
        command = ["setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", *command]
    os.chdir("/")
    os.execvp(command[0], command)  # noqa: S606 - the command is a list, no shell is wanted


if __name__ == "__main__":
    main()
