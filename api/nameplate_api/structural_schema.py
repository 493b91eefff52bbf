"""From a pydantic model to a structural schema, the subset of OpenAPI that a CustomResourceDefinition takes.

What the subset cannot say is refused here, while a person looks, and not by an API server in somebody's cluster.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

_KEPT = frozenset(
    {
        "default",
        "description",
        "enum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "pattern",
        "properties",
        "required",
        "type",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-validations",
    }
)
_LOOKAROUND = re.compile(r"\(\?(?!:)")


class NotStructural(ValueError):
    """A model says something that a CustomResourceDefinition cannot hold; the message begins with the path."""


def structural(model: type[BaseModel]) -> Schema:
    """Return the model's structural schema: references inlined, titles and nulls gone, every size bounded."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return _converted(schema, schema.get("$defs", {}), "", ())


def without_defaults(schema: Schema) -> Schema:
    """Return the schema without any default: an absent field of a status was not seen."""
    kept: Schema = {key: value for key, value in schema.items() if key != "default"}
    if "properties" in kept:
        kept["properties"] = {name: without_defaults(field) for name, field in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = without_defaults(kept["items"])
    return kept


def _converted(schema: Schema, definitions: Mapping[str, Schema], path: str, within: tuple[str, ...]) -> Schema:
    schema, within = _resolved(schema, definitions, path, within)
    kept = {key: value for key, value in schema.items() if key not in ("title", "$defs", "const", "default")}
    if "const" in schema:
        kept["enum"] = [schema["const"]]
    default = _without_nulls(schema.get("default"))
    if default not in (None, {}, []):
        kept["default"] = default
    if kept.get("x-kubernetes-int-or-string"):
        del kept["type"]
    _refuse_the_impossible(kept, path)
    if "properties" in kept:
        kept["properties"] = {
            name: _converted(field, definitions, f"{path}.{name}", within) for name, field in kept["properties"].items()
        }
    if "items" in kept:
        kept["items"] = _converted(kept["items"], definitions, f"{path}[]", within)
    return kept


def _resolved(
    schema: Schema, definitions: Mapping[str, Schema], path: str, within: tuple[str, ...]
) -> tuple[Schema, tuple[str, ...]]:
    """Follow references and unpack `X | None`; what stands beside them wins over what stands in them."""
    while True:
        beside = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf")}
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            if name in within:
                raise NotStructural(f"{path}: {name} contains itself")
            within = (*within, name)
            schema = definitions[name] | beside
        elif "anyOf" in schema:
            members = [member for member in schema["anyOf"] if member != {"type": "null"}]
            if len(members) != 1:
                raise NotStructural(f"{path}: a choice of {len(members)} types; use optional fields and a CEL rule")
            schema = members[0] | beside
        else:
            return schema, within


def _refuse_the_impossible(schema: Schema, path: str) -> None:
    unknown = sorted(set(schema) - _KEPT)
    if unknown:
        raise NotStructural(f"{path}: {', '.join(unknown)} cannot stand in a structural schema")
    if _LOOKAROUND.search(schema.get("pattern", "")):
        raise NotStructural(f"{path}: the API server's regular expressions have no lookaround")
    if "type" not in schema and "x-kubernetes-int-or-string" not in schema:
        raise NotStructural(f"{path}: the type is missing")
    # CEL's cost is estimated from the largest value; without bounds the API server refuses the whole definition.
    if schema.get("type") == "string" and not {"maxLength", "enum", "format"} & schema.keys():
        raise NotStructural(f"{path}: a string must have a maximum length")
    if schema.get("type") == "array" and not {"maxItems", "x-kubernetes-list-type"} <= schema.keys():
        raise NotStructural(f"{path}: a list must have a maximum length and a list type")


def _without_nulls(value: Any) -> Any:
    """Absent means None in the models; an API server would refuse the null."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value
