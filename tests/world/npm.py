"""Packages from npm's registry as a lock file pins them, with its sums; none of their scripts is run."""

import subprocess
from pathlib import Path

from tests.world.packages import ProgramMissing, ensure, find_program

_FETCH_TIMEOUT = 600


def install(folder: Path, *options: str) -> None:
    """Put what a folder's lock file names into its node_modules. Raises ProgramMissing."""
    npm = ensure(lambda: find_program("npm"), "npm", ["npm"])
    command = [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_FETCH_TIMEOUT, check=False)
    if done.returncode:
        raise ProgramMissing(f"npm could not install {folder.name}:\n{(done.stdout + done.stderr)[-2000:]}")
