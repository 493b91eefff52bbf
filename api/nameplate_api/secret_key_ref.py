"""A reference to a secret: the API names where it stands and never holds it."""

from typing import Annotated

from pydantic import Field

from nameplate_api.base import ApiModel
from nameplate_api.schema import KubernetesName, matching

_KEY = "^[-._a-zA-Z0-9]+$"


class SecretKeyRef(ApiModel):
    """One key of a Secret in the CustomDomain's own namespace."""

    name: Annotated[KubernetesName, Field(description="Name of the Secret.")]
    key: Annotated[
        str,
        Field(
            min_length=1,
            max_length=253,
            pattern=_KEY,
            description="Key in it.",
            json_schema_extra=matching(
                _KEY, "name a key of the Secret: letters, digits, dots, hyphens and underscores"
            ),
        ),
    ]
