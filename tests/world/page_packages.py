"""npm packages that pages of the browser tests are built from: fetched once, and bundled as a customer's build does."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.cluster.build_cache import cache_root, made_once
from tests.cluster.progress import Progress
from tests.world import npm
from tests.world.packages import ProgramMissing

_PINS = Path(__file__).with_name("page_packages")
_BUNDLE_TIMEOUT = 60


def page_packages() -> Path:
    """The folder node_modules. Raises ProgramMissing: a test may not fetch it."""
    folder = _folder()
    if not folder.is_dir():
        raise ProgramMissing("the npm packages of test pages are missing; run: make programs")
    return folder / "node_modules"


def ensure_page_packages() -> Path:
    """The folder node_modules, fetched if it is not there."""
    progress = Progress()

    def fetch(into: Path) -> None:
        progress.update("npm packages of test pages are fetched")
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_PINS / name, into)
        npm.install(into)

    folder = made_once(_folder(), fetch, lambda: progress.say("waiting for another fetch of npm packages"))
    return folder / "node_modules"


def bundled(module: str) -> str:
    """One script for a page from the text of a module, with all that it imports."""
    packages = page_packages()
    with tempfile.TemporaryDirectory() as place:
        entry = Path(place) / "page.mjs"
        entry.write_text(module)
        command = [str(packages / ".bin" / "esbuild"), str(entry), "--bundle", "--format=iife", "--log-level=warning"]
        done = subprocess.run(
            [*command, '--define:process.env={"NODE_ENV":"production"}'],
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(packages)},
            capture_output=True,
            text=True,
            timeout=_BUNDLE_TIMEOUT,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"the page cannot be bundled:\n{done.stderr[-2000:]}")
    return done.stdout


def _folder() -> Path:
    digest = hashlib.sha256((_PINS / "package-lock.json").read_bytes()).hexdigest()[:12]
    return cache_root() / f"page-packages-{digest}"


if __name__ == "__main__":
    print(ensure_page_packages())
