"""Writes the files of the repository that are made from the code, or says which of them differ."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def main(source: str, files: Mapping[str, str], arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with --check say which differ; return the exit code.

    ``source`` is the module that makes them, ``files`` holds their contents by their paths in the repository.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {source}", description=f"Write {', '.join(files)}.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file differs")
    parser.add_argument("directory", nargs="?", type=Path, default=Path(), help="the repository (default: .)")
    options = parser.parse_args(arguments)
    changed = [path for path, content in files.items() if _read(options.directory / path) != content]
    for path in changed:
        if options.check:
            sys.stderr.write(f"{path} differs from what {source} makes; run `make generate`\n")
            continue
        file = options.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(files[path], encoding="utf-8")
        sys.stdout.write(f"{path} written\n")
    return 1 if options.check and changed else 0


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None
