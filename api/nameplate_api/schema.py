"""What API models share to say more than JSON Schema can: CEL rules, list maps, and the usual scalar types."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

Rule = tuple[str, str]
"""A CEL expression, and the message of its refusal: what the user can do."""


def rules(*rules: Rule) -> dict[str, Any]:
    """Return CEL rules as the schema extension that carries them."""
    return {"x-kubernetes-validations": [{"rule": rule, "message": message} for rule, message in rules]}


def list_map(key: str) -> dict[str, Any]:
    """Return the extension of a list whose entries are told apart by ``key``."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}


ATOMIC: dict[str, Any] = {"x-kubernetes-list-type": "atomic"}
"""The extension of a list that one writer owns as a whole."""

Quantity = Annotated[
    str,
    Field(
        max_length=32,
        pattern=r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$",
        # People write `cpu: 1`, as everywhere in Kubernetes.
        json_schema_extra={"x-kubernetes-int-or-string": True, "minimum": 0},
    ),
    BeforeValidator(lambda given: str(given) if type(given) is int else given),
]
LabelName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
"""A DNS label, as namespaces are named by."""
KubernetesName = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
HOST_PATTERN = r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?[.])+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
"""At least two labels, each of 1 to 63 characters, in lower case and without a final dot."""
Host = Annotated[str, Field(min_length=1, max_length=253)]
