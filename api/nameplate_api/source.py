"""One source of a domain as the owner of the domain writes it."""

from typing import Annotated

from pydantic import Field

from nameplate_api.alias import ALIAS_LENGTH, ALIAS_PATTERN, ALIAS_RULES
from nameplate_api.base import ApiModel
from nameplate_api.global_name import GLOBAL_NAME_LENGTH, GLOBAL_NAME_RULES, IDENTIFIER
from nameplate_api.schema import LabelName, matching, rules
from nameplate_api.secret_key_ref import SecretKeyRef
from nameplate_api.sources import Durability, SourceType

_WRITE_KEY = "^[A-Za-z0-9_-][A-Za-z0-9_.-]*$"


class Source(
    ApiModel,
    json_schema_extra=rules(
        (
            "has(self.writeKey) != has(self.writeKeySecretRef)",
            "give the source exactly one of writeKey and writeKeySecretRef",
        ),
        (
            "!has(self.writeKeySecretRef) || !(self.type in ['AnalyticsJS', 'Mobile', 'Pixel'])",
            "use writeKey for AnalyticsJS, Mobile and Pixel: their key is public in every page or app",
        ),
        ("!has(self.alias) || self.type == 'AnalyticsJS'", "leave out alias: only Analytics.js is served at a path"),
        ("!has(self.globalName) || self.type == 'AnalyticsJS'", "leave out globalName: only Analytics.js has one"),
    ),
):
    """Something that sends events: a web site, an app, a server."""

    name: Annotated[
        LabelName,
        Field(description="Name of the source, unique in the namespace: each source belongs to one domain."),
    ]
    type: Annotated[SourceType, Field(description="Kind of library that sends the events.")]
    write_key: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=128,
            pattern=_WRITE_KEY,
            description="Write key, if it is public.",
            json_schema_extra=matching(
                _WRITE_KEY, "use letters, digits, dots, hyphens and underscores, and begin with no dot"
            ),
        ),
    ] = None
    write_key_secret_ref: Annotated[SecretKeyRef | None, Field(description="Where a secret write key stands.")] = None
    durability: Annotated[
        Durability,
        Field(description="What a 200 means: the event is in memory, safe on disk, or acknowledged by the sink."),
    ] = Durability.DISK
    alias: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=ALIAS_LENGTH,
            pattern=ALIAS_PATTERN,
            description="Path at which the library is served too, with .js and .min.js behind it, such as m5/app.",
            json_schema_extra=ALIAS_RULES,
        ),
    ] = None
    global_name: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=GLOBAL_NAME_LENGTH,
            pattern=IDENTIFIER,
            description="Name that the library has in a page in the place of window.analytics.",
            json_schema_extra=GLOBAL_NAME_RULES,
        ),
    ] = None
