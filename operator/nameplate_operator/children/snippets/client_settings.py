"""What a snippet tells a library of one source: its key, the hosts, and how a page loads and names the library."""

from dataclasses import dataclass
from typing import Self

from nameplate_api.alias import default_alias
from nameplate_api.custom_domain import CustomDomainSpec, Source
from nameplate_api.hostname import hosts

WRITE_KEY = "<WRITE_KEY>"
"""Stands in a snippet for a key that is kept in a Secret."""
VERSION = "v1"
"""Of the Tracking API; in the path of its URLs, and in what some libraries call a host."""


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """For one source of a domain; ``api`` and ``cdn`` are host names."""

    write_key: str
    api: str
    cdn: str
    alias: str
    global_name: str | None
    nonce: bool
    """Whether pages send a Content-Security-Policy."""

    @classmethod
    def of(cls, spec: CustomDomainSpec, source: Source, namespace: str) -> Self:
        """Return the settings of a source's client."""
        _, api, cdn = hosts(spec.domain)
        policy = spec.content_security_policy
        return cls(
            write_key=source.write_key or WRITE_KEY,
            api=api,
            cdn=cdn,
            alias=source.alias or default_alias(namespace, source.name),
            global_name=source.global_name,
            nonce=policy is not None and policy.enabled,
        )

    @property
    def api_url(self) -> str:
        """Return the URL below which the libraries of servers add /v1 and more by themselves."""
        return f"https://{self.api}"

    @property
    def api_host(self) -> str:
        """Return what libraries of browsers and devices call the host: without a scheme, with the version."""
        return f"{self.api}/{VERSION}"

    @property
    def cdn_host(self) -> str:
        """Return the same of the host of their settings."""
        return f"{self.cdn}/{VERSION}"
