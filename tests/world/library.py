"""The library's directory, made once out of the npm packages that `library/` pins, in the cache of programs."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cluster.build_cache import cache_root, made_once
from tests.cluster.progress import Progress
from tests.world import npm
from tests.world.packages import ProgramMissing

ROOT = Path(__file__).parents[2]
_PINNED = ROOT / "library"
_PACKAGE = ROOT / "ingestion/nameplate_ingestion/library"
_BUILDER = [_PACKAGE / f"{name}.py" for name in ("build", "coding", "rewriting", "shelf")]
_BUILD_TIMEOUT = 600


def ensure_packages() -> Path:
    """The unpacked npm packages (a node_modules), fetched if they are not there; npm compares their sums."""
    pins = [_PINNED / name for name in ("package.json", "package-lock.json", ".npmrc")]
    folder = cache_root() / f"library-packages-{_digest(pins)}"
    progress = Progress()

    def fetch(into: Path) -> None:
        progress.update("Analytics.js: its packages are fetched")
        for pin in pins:
            shutil.copy(pin, into)
        npm.install(into)

    return made_once(folder, fetch, lambda: progress.say("waiting for another fetch of Analytics.js")) / "node_modules"


def ensure_library() -> Path:
    """The directory for `--library`, built if it is not there, or if the pins or the builder have changed."""
    packages = ensure_packages()
    folder = cache_root() / f"library-{_digest([_PINNED / 'package-lock.json', *_BUILDER])}"

    def build(into: Path) -> None:
        module = [sys.executable, "-m", "nameplate_ingestion.library.build"]
        command = [*module, "--into", str(into), *build_arguments(packages)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_BUILD_TIMEOUT, check=False)
        if done.returncode:
            raise ProgramMissing(f"the library could not be built:\n{(done.stdout + done.stderr)[-2000:]}")

    return made_once(folder, build)


def build_arguments(packages: Path) -> list[str]:
    """What the builder is given of a node_modules: the polyfill, the version that is served, and the older ones."""
    older = sorted(packages.glob("analytics-next-*"))
    served = packages / "@segment/analytics-next"
    return ["--polyfill", str(packages / "@babel/polyfill"), str(served), *map(str, older)]


def _digest(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


if __name__ == "__main__":
    print(ensure_library())
