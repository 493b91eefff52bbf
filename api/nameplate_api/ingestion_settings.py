"""The settings contract: the one document that the operator hands to an ingestion service, and what that answers.

The document is mounted as a directory and read again without a restart. Secret write keys are no part of it: they are
mounted files, named by the path that the document gives.
"""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from nameplate_api.base import ApiModel
from nameplate_api.custom_domain import SourceType

SETTINGS_FILE = "settings.json"
SETTINGS_DIRECTORY = "/etc/nameplate/settings"
KEYS_DIRECTORY = "/etc/nameplate/keys"
WELL_KNOWN_PATH = "/.well-known/nameplate"


class SourceSettings(ApiModel):
    """One source: its public key, or the file below ``KEYS_DIRECTORY`` that holds the secret one."""

    name: str
    type: SourceType
    write_key: str | None = None
    write_key_file: str | None = None


class IngestionSettings(ApiModel):
    """All that an ingestion service must know of one domain; ``revision`` names its content."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    domain: str
    hosts: tuple[str, ...]
    uid: Annotated[str, Field(description="uid of the CustomDomain.")]
    sources: tuple[SourceSettings, ...]

    def document(self) -> str:
        """Return the document as JSON, byte-identical for equal settings."""
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return json.dumps(content | {"revision": self.revision}, sort_keys=True, indent=1) + "\n"

    @property
    def revision(self) -> str:
        """Return 16 hexadecimal digits that change with the content."""
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


class WellKnown(ApiModel):
    """What ``GET /.well-known/nameplate?nonce=…`` answers."""

    domain: str
    uid: str
    nonce: str
    revision: str
    missing_keys: tuple[str, ...] = ()
