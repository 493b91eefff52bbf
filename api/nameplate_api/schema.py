"""What API models share to say more than JSON Schema can: CEL rules, list maps, and the usual scalar types."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

Rule = tuple[str, str]
"""A CEL expression, and the message of its refusal: what the user can do."""


def rules(*rules: Rule) -> dict[str, Any]:
    """Return CEL rules as the schema extension that carries them."""
    return {"x-kubernetes-validations": [{"rule": rule, "message": message} for rule, message in rules]}


def matching(pattern: str, message: str, *others: Rule) -> dict[str, Any]:
    """Return a pattern with what to do about a value that it refuses, which the pattern alone does not say."""
    return rules((f"self.matches(r'{pattern}')", message), *others)


def list_map(key: str) -> dict[str, Any]:
    """Return the extension of a list whose entries are told apart by ``key``."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}


ATOMIC: dict[str, Any] = {"x-kubernetes-list-type": "atomic"}
"""The extension of a list that one writer owns as a whole."""

_QUANTITY = r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"
Quantity = Annotated[
    str,
    Field(
        max_length=32,
        pattern=_QUANTITY,
        # People write `cpu: 1`, as everywhere in Kubernetes.
        json_schema_extra={"x-kubernetes-int-or-string": True, "minimum": 0}
        | rules(
            (
                f"string(self).matches(r'{_QUANTITY}')",
                "write a number, or one with a unit of Kubernetes, such as 500m for CPU or 128Mi for memory",
            )
        ),
    ),
    BeforeValidator(lambda given: str(given) if type(given) is int else given),
]
_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
LabelName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=63,
        pattern=_LABEL,
        json_schema_extra=matching(
            _LABEL, "use lower-case letters, digits and hyphens, with no hyphen at the beginning or the end"
        ),
    ),
]
"""A DNS label, as namespaces are named by."""
_NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
KubernetesName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=253,
        pattern=_NAME,
        json_schema_extra=matching(
            _NAME, "use lower-case letters, digits, hyphens and dots, with a letter or digit at both ends"
        ),
    ),
]
HOST_PATTERN = r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?[.])+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
"""At least two labels, each of 1 to 63 characters, in lower case and without a final dot."""
Host = Annotated[str, Field(min_length=1, max_length=253)]
