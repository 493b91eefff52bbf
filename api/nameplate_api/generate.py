"""The files of the repository that are made from the API types.

python -m nameplate_api.generate [--check] [DIRECTORY]
"""

import sys
from typing import Any

import yaml

from nameplate_api import generated
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


if __name__ == "__main__":
    sys.exit(generated.main("nameplate_api.generate", files()))
