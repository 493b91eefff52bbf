"""Builds commands of a Go module with the Go tool, showing all the time how far it is."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.leash import leashed
from tests.cluster.progress import Progress

INSTALL = "see https://go.dev/doc/install"
# What `go list` says of a package whose compiled form is at hand, although no file of it is installed.
CACHED = "not installed but available in build cache"


class BuildError(Exception):
    """A program could not be built; the text says why and what to do."""


@dataclass(frozen=True)
class GoModule:
    """The Go module in a directory and the flags that its commands are built with."""

    directory: Path
    flags: tuple[str, ...] = ()

    def check_toolchain(self) -> None:
        """Refuse a Go that is missing, or older than the module asks for."""
        wanted = re.search(r"^go (\d+)\.(\d+)", (self.directory / "go.mod").read_text(), re.MULTILINE)
        if wanted is None:
            raise BuildError(f"{self.directory}/go.mod has no `go` line")
        needed = f"Go {wanted[1]}.{wanted[2]} or newer is needed to build the test programs"
        if shutil.which("go") is None:
            raise BuildError(f"{needed}, but there is no `go` on PATH: {INSTALL}")
        found = subprocess.run(
            ["go", "env", "GOVERSION"], cwd="/", env=_environment(), capture_output=True, text=True, check=False
        ).stdout.strip()
        version = re.match(r"go(\d+)\.(\d+)", found)
        if version is None or (int(version[1]), int(version[2])) < (int(wanted[1]), int(wanted[2])):
            raise BuildError(f"{needed}, but {shutil.which('go')} is {found or 'not a Go tool'}: {INSTALL}")

    def module_directory(self, module: str) -> Path:
        """Return the folder that holds the sources of a module this one requires."""
        return Path(self._output(["list", "-m", "-f", "{{.Dir}}", module]).strip())

    def build(self, package: str, into: Path, progress: Progress) -> None:
        """Build the command `package` as the file `into`."""
        progress.say(f"{into.name}: looking at what has to be compiled")
        total = self._stale(package, into.name, progress)
        compiled = 0
        progress.update(_how_far(into.name, compiled, total))
        for line in self._lines(["build", "-v", *self.flags, "-o", str(into), package], progress):
            if line.startswith("go: "):
                progress.update(f"{into.name}: {line.removeprefix('go: ')}")
                continue
            compiled += 1
            progress.update(_how_far(into.name, compiled, total))
        progress.say(f"{into.name}: built, {compiled} packages compiled")

    def _stale(self, package: str, name: str, progress: Progress) -> int:
        listing = ["list", "-deps", *self.flags, "-f", "{{if .Stale}}stale {{.StaleReason}}{{end}}", package]
        stale = downloaded = 0
        for line in self._lines(listing, progress):
            if line.startswith("go: downloading"):
                downloaded += 1
                progress.update(f"{name}: {downloaded} modules downloaded")
            elif line.startswith("stale") and CACHED not in line:
                stale += 1
        return stale

    def _output(self, arguments: list[str]) -> str:
        done = subprocess.run(
            ["go", *arguments],
            cwd=self.directory,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BuildError(f"`go {' '.join(arguments)}` failed:\n{done.stderr}")
        return done.stdout

    def _lines(self, arguments: list[str], progress: Progress) -> Iterator[str]:
        """Yield the lines that the tool writes while it works; raise if it fails."""
        said: list[str] = []
        command = leashed(os.getpid(), ["go", *arguments])
        with (
            progress.ticking(),
            subprocess.Popen(
                command,
                cwd=self.directory,
                env=_environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process,
        ):
            try:
                for line in process.stdout or ():
                    said.append(line)
                    yield line.rstrip()
                process.wait()
            finally:
                process.kill()
        if process.returncode:
            raise BuildError(f"`go {' '.join(arguments)}` failed:\n{''.join(said[-20:])}")


def _how_far(name: str, compiled: int, total: int) -> str:
    linking = ", linking" if compiled >= total else ""
    return f"{name}: {compiled} of {max(compiled, total)} packages compiled{linking}"


def _environment() -> dict[str, str]:
    # The toolchain on PATH is used as it is: fetching another one unasked would take minutes without a word.
    return os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
