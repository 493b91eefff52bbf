"""The base of all API models: camelCase on the wire, frozen in memory, unknown fields read over."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class ApiModel(BaseModel):
    """A value of the Kubernetes API; an older program reads a newer object by leaving out what it does not know."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, frozen=True, extra="ignore")


def instant(when: datetime) -> str:
    """Return an instant of UTC as Kubernetes writes it (metav1.Time): to the second."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_instant(when: datetime) -> str:
    """Return an instant of UTC as Kubernetes writes it where order counts (metav1.MicroTime): to the microsecond."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
