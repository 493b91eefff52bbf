"""Jars from Maven's repository, with all that they need: fetched once, each compared with its pinned sum."""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.build_cache import cache_root, made_once
from tests.cluster.progress import Progress
from tests.world.packages import ProgramMissing, ensure, find_program

_FETCH_TIMEOUT = 600


def java() -> Path:
    """Where Java 17 or later is, installed through apt if it is missing and we are root."""
    return ensure(lambda: find_program("java"), "Java 17", ["openjdk-17-jre-headless"])


@dataclass(frozen=True)
class Jars:
    """What a POM names; a file of sums holds a line for each jar, as sha256sum writes them."""

    name: str
    pom: Path
    sums: Path

    def found(self) -> Path:
        """The folder of the jars. Raises ProgramMissing: a test may not fetch them."""
        if not self._folder.is_dir():
            raise ProgramMissing(f"the jars of {self.name} are missing; run: make programs")
        return self._folder

    def ensure(self) -> Path:
        """The folder of the jars, fetched if it is not there."""
        java()
        progress = Progress()

        def fetch(into: Path) -> None:
            progress.update(f"{self.name}: its jars are fetched")
            self.fetch(into)

        return made_once(self._folder, fetch, lambda: progress.say(f"waiting for another fetch of {self.name}"))

    @property
    def _folder(self) -> Path:
        digest = hashlib.sha256(self.pom.read_bytes() + self.sums.read_bytes()).hexdigest()[:12]
        return cache_root() / f"{self.name}-{digest}"

    def fetch(self, into: Path) -> None:
        """Put the jars into a folder of the caller's. Raises ProgramMissing."""
        maven = ensure(lambda: find_program("mvn"), "Maven", ["maven"])
        # Maven keeps its own files beside the POM, which must not stand in the checkout.
        pom = shutil.copy(self.pom, into / "pom.xml")
        command = [str(maven), "--batch-mode", "--quiet", "--file", pom, "dependency:copy-dependencies"]
        done = subprocess.run(
            [*command, "-DincludeScope=runtime", f"-DoutputDirectory={into}"],
            capture_output=True,
            text=True,
            timeout=_FETCH_TIMEOUT,
            check=False,
        )
        if done.returncode:
            raise ProgramMissing(f"Maven could not fetch the jars of {self.name}:\n{done.stdout[-2000:]}")
        pinned = {name: sum_ for sum_, name in (line.split() for line in self.sums.read_text().splitlines())}
        found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in into.glob("*.jar")}
        for name in sorted(pinned.keys() | found.keys()):
            if pinned.get(name) != found.get(name):
                raise ProgramMissing(f"{name} has the sum {found.get(name)}, and not {pinned.get(name)} as is pinned")
