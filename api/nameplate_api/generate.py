"""The files of the repository that are made from the API types, written or compared.

python -m nameplate_api.generate [--check] [DIRECTORY]
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from nameplate_api.conditions_page import page
from nameplate_api.crd import documents

_HEADER = "# Generated from nameplate_api by `make generate`.\n"


def as_yaml(document: dict[str, Any]) -> str:
    """Return a document as YAML, byte-identical for equal documents."""
    return yaml.safe_dump(document, sort_keys=True, width=110, allow_unicode=True)


def files() -> dict[str, str]:
    """Return the content of each generated file by its path in the repository."""
    definitions = {
        f"crds/{document['spec']['names']['plural']}.yaml": _HEADER + as_yaml(document) for document in documents()
    }
    return definitions | {"docs/conditions.md": page()}


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or with --check say which ones differ."""
    parser = argparse.ArgumentParser(prog="python -m nameplate_api.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file differs")
    parser.add_argument("directory", nargs="?", type=Path, default=Path(), help="the repository (default: .)")
    options = parser.parse_args(arguments)
    changed = [
        path
        for path, content in files().items()
        if not (file := options.directory / path).is_file() or file.read_text(encoding="utf-8") != content
    ]
    if options.check:
        for path in changed:
            sys.stderr.write(f"{path} differs from the API types; run `make generate`\n")
        return 1 if changed else 0
    for path in changed:
        file = options.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(files()[path], encoding="utf-8")
        sys.stdout.write(f"{path} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
