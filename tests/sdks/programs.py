"""The drivers of real SDKs, each with the packages that its lock file names: made once, outside the checkout.

python -m tests.sdks.programs
"""

import hashlib
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.build_cache import cache_root, made_once
from tests.cluster.go_build import BuildError, GoModule
from tests.cluster.progress import Progress
from tests.sdks.clients import client_text
from tests.sdks.jvm import build_java, build_kotlin
from tests.world import npm
from tests.world.packages import ProgramMissing

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class DriverProgram:
    """A driver, whose sources stand in a folder of its language's name."""

    language: str
    files: Sequence[str]
    client: tuple[str, str]
    """The file that holds the text of its client, and the SDK whose it is."""
    make: Callable[[Path], None]
    """Makes it in a folder that holds its sources."""

    def found(self) -> Path:
        """The folder that it was made in. Raises ProgramMissing: a test may not fetch what it needs."""
        if not self._folder.is_dir():
            raise ProgramMissing(f"the driver of the {self.language} SDK is missing; run: make programs")
        return self._folder

    def ensure(self) -> Path:
        """The folder, made if it is not there."""
        progress = Progress()

        def make(into: Path) -> None:
            progress.say(f"{self.language} SDK: its packages are fetched, its driver is made")
            for name, content in self._sources().items():
                (into / name).write_bytes(content)
            self.make(into)

        return made_once(self._folder, make, lambda: progress.say(f"waiting for another {self.language} SDK"))

    @property
    def _folder(self) -> Path:
        digest = hashlib.sha256(platform.machine().encode())
        for name, content in self._sources().items():
            digest.update(name.encode() + b"\0" + content + b"\0")
        return cache_root() / f"sdk-{self.language}-{digest.hexdigest()[:12]}"

    def _sources(self) -> dict[str, bytes]:
        name, sdk = self.client
        here = _HERE / self.language
        text = client_text(sdk, name.rpartition(".")[2])
        return {each: (here / each).read_bytes() for each in self.files} | {name: text.encode()}


def _install_react_native(folder: Path) -> None:
    # What it asks of a device is played: React Native itself would be installed for nothing.
    npm.install(folder, "--legacy-peer-deps")
    platform_folder = folder / "node_modules" / "react-native"
    platform_folder.mkdir()
    (folder / "platform.cjs").rename(platform_folder / "index.js")
    # The snippet has no types.
    (folder / "client.ts").rename(folder / "client.mjs")


def _build_go(folder: Path) -> None:
    module = GoModule(folder, ("-trimpath",))
    module.check_toolchain()
    module.build(".", folder / "driver", Progress())


NODE = DriverProgram(
    "node", ("package.json", "package-lock.json", "driver.mjs"), ("client.mjs", "Node.js"), npm.install
)
REACT_NATIVE = DriverProgram(
    "react_native",
    ("package.json", "package-lock.json", "driver.mjs", "platform.cjs"),
    ("client.ts", "React Native"),
    _install_react_native,
)
GO = DriverProgram("go", ("go.mod", "go.sum", "driver.go"), ("client.go", "Go"), _build_go)
JAVA = DriverProgram("java", ("pom.xml", "jars.sha256", "JavaDriver.java"), ("Tracking.java", "Java"), build_java)
KOTLIN = DriverProgram(
    "kotlin",
    ("pom.xml", "jars.sha256", "compiler.pom.xml", "compiler_jars.sha256", "KotlinDriver.java"),
    ("Client.kt", "Kotlin"),
    build_kotlin,
)
PYTHON = DriverProgram("python", ("driver.py",), ("client.py", "Python"), lambda _: None)
"""Its packages are those of the tests."""


def ensure_sdks() -> None:
    """Make what is not there."""
    for program in (NODE, REACT_NATIVE, GO, JAVA, KOTLIN, PYTHON):
        program.ensure()


def main() -> int:
    """Make what is missing."""
    try:
        ensure_sdks()
    except (BuildError, ProgramMissing) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
