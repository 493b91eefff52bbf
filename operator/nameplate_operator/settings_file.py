"""Reads the settings file, and says in words what is wrong with one: which field, what was found, what was expected."""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nameplate_operator.settings import OperatorSettings

_UNKNOWN = "extra_forbidden"


class BadSettings(Exception):
    """The settings cannot be used; the text names the file and every field that is wrong."""


def read(path: Path) -> OperatorSettings:
    """Return the settings in the file. Raises BadSettings."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise BadSettings(f"{path}: cannot be read: {reason}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        raise BadSettings(f"{path}: {place}is not YAML: {getattr(error, 'problem', None) or 'unreadable'}") from error
    if not isinstance(document, dict):
        raise BadSettings(f"{path}: found {_kind(document)}, expected a mapping of settings")
    try:
        return OperatorSettings.model_validate(document)
    except ValidationError as error:
        lines = [f"{path}: {_sentence(each)}" for each in error.errors(include_url=False)]
        raise BadSettings("\n".join(lines)) from error


def shown(settings: OperatorSettings) -> dict[str, Any]:
    """Return the settings as they may be logged: secrets stand in files of their own, but a URL may hold a password."""
    document = settings.model_dump(mode="json", by_alias=True, exclude_none=True)
    url = document["zones"]["powerDns"]["url"]
    document["zones"]["powerDns"]["url"] = re.sub(r"//[^/@]*@", "//***@", url)
    return document


def _sentence(error: ErrorDetails) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == _UNKNOWN:
        # The value is not repeated: it may be a secret put in the wrong place.
        return f"{where}: found a field of this name, expected none: it is unknown"
    if error["type"] == "missing":
        return f"{where}: found nothing, expected a value: it is required"
    expected = error["msg"].removeprefix("Value error, ")
    return f"{where}: found {_found(error['input'])}, expected: {expected[0].lower()}{expected[1:]}"


def _found(value: Any) -> str:
    if isinstance(value, dict | list):
        return _kind(value)
    text = re.sub(r"//[^/@]*@", "//***@", repr(value))
    return text if len(text) <= 60 else text[:57] + "..."


def _kind(value: Any) -> str:
    return {dict: "a mapping", list: "a list", type(None): "nothing"}.get(type(value), type(value).__name__)
