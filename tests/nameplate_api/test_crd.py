"""The CustomResourceDefinitions: names, columns, and what no API server takes is refused when they are made."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from nameplate_api import generate
from nameplate_api.crd import documents
from nameplate_api.structural_schema import NotStructural, structural, without_defaults
from tests.nameplate_api.conftest import REPOSITORY

_BY_KIND = {document["spec"]["names"]["kind"]: document for document in documents()}


def _version(kind: str) -> dict[str, Any]:
    version: dict[str, Any] = _BY_KIND[kind]["spec"]["versions"][0]
    return version


def _fields(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from _fields(field.get("items", field), f"{path}.{name}")


def test_names_scope_and_category() -> None:
    assert _BY_KIND["CustomDomain"]["metadata"]["name"] == "customdomains.nameplate.dev"
    assert _BY_KIND["CustomDomain"]["spec"]["scope"] == "Namespaced"
    assert _BY_KIND["DomainClaim"]["metadata"]["name"] == "domainclaims.nameplate.dev"
    assert _BY_KIND["DomainClaim"]["spec"]["scope"] == "Cluster"
    assert {document["spec"]["names"]["categories"][0] for document in documents()} == {"nameplate"}


@pytest.mark.parametrize("kind", ["CustomDomain", "DomainClaim"])
def test_root_requires_a_spec_and_defaults_the_status(kind: str) -> None:
    root = _version(kind)["schema"]["openAPIV3Schema"]

    assert root["required"] == ["spec"]
    assert root["properties"]["status"]["default"] == {"observedGeneration": -1}
    assert not [path for path, field in _fields(root["properties"]["status"]) if "default" in field]


@pytest.mark.parametrize("kind", ["CustomDomain", "DomainClaim"])
def test_every_field_has_a_description(kind: str) -> None:
    root = _version(kind)["schema"]["openAPIV3Schema"]

    assert [path for path, field in _fields(root) if "description" not in field] == [".metadata"]


@pytest.mark.parametrize("kind", ["CustomDomain", "DomainClaim"])
def test_every_rule_says_what_the_user_can_do(kind: str) -> None:
    root = _version(kind)["schema"]["openAPIV3Schema"]
    rules = [rule for _, field in [("", root), *_fields(root)] for rule in field.get("x-kubernetes-validations", ())]

    assert rules
    assert all(rule["message"] and not rule["message"].startswith("failed") for rule in rules)


def test_committed_files_are_current() -> None:
    for path, content in generate.files().items():
        assert (REPOSITORY / path).read_text() == content, path
    committed = [yaml.safe_load(file.read_text()) for file in sorted((REPOSITORY / "crds").glob("*.yaml"))]
    assert committed == documents()


class _Colour(StrEnum):
    RED = "Red"


class _Inner(BaseModel):
    """Inside."""

    colour: _Colour = _Colour.RED
    size: Annotated[int | None, Field(ge=1)] = None


class _Outer(BaseModel):
    """Outside."""

    inner: Annotated[_Inner, Field(description="Beside the reference.")] = _Inner()
    mode: Literal["One"] = "One"
    many: Annotated[
        tuple[_Inner, ...], Field(max_length=2, json_schema_extra={"x-kubernetes-list-type": "atomic"})
    ] = ()


def test_references_constants_nulls_and_titles_are_resolved() -> None:
    inner = {
        "type": "object",
        "description": "Inside.",
        "properties": {
            "colour": {"type": "string", "enum": ["Red"], "default": "Red"},
            "size": {"type": "integer", "minimum": 1},
        },
    }
    many = {"type": "array", "maxItems": 2, "x-kubernetes-list-type": "atomic", "items": inner}
    beside = inner | {"description": "Beside the reference.", "default": {"colour": "Red"}}
    expected = {
        "type": "object",
        "description": "Outside.",
        "properties": {
            "inner": beside,
            "mode": {"type": "string", "enum": ["One"], "default": "One"},
            "many": many,
        },
    }

    assert structural(_Outer) == expected


def test_defaults_can_be_taken_out_at_every_depth() -> None:
    assert "default" not in str(without_defaults(structural(_Outer)))


class _Node(BaseModel):
    """Contains itself."""

    child: "_Node | None" = None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _with(annotation: Any) -> type[BaseModel]:
    return type("Trap", (BaseModel,), {"__annotations__": {"field": annotation}})


@pytest.mark.parametrize(
    ("model", "message"),
    [
        pytest.param(_with(Annotated[set[bool], Field(max_length=2)]), "uniqueItems", id="set"),
        pytest.param(_with(tuple[bool, int]), "prefixItems", id="tuple"),
        pytest.param(_with(dict[str, bool]), "additionalProperties", id="map"),
        pytest.param(_with(Any), "the type is missing", id="anything"),
        pytest.param(_with(bool | int), "a choice of 2 types", id="union"),
        pytest.param(_with(Annotated[int, Field(gt=0)]), "exclusiveMinimum", id="exclusive bound"),
        pytest.param(_with(str), "maximum length", id="unbounded string"),
        pytest.param(_with(tuple[bool, ...]), "maximum length and a list type", id="unbounded list"),
        pytest.param(
            _with(Annotated[str, Field(max_length=9, json_schema_extra={"pattern": "^(?!a)"})]), "lookaround", id="look"
        ),
        pytest.param(_Strict, "additionalProperties", id="closed object"),
        pytest.param(_Node, "_Node contains itself", id="recursion"),
    ],
)
def test_what_no_definition_can_hold_is_refused(model: type[BaseModel], message: str) -> None:
    with pytest.raises(NotStructural, match=message):
        structural(model)
