"""Says what a page's Content-Security-Policy must allow so that the library loads and its events arrive."""

from typing import Any

from nameplate_api.custom_domain import CustomDomainSpec
from nameplate_api.custom_domain_status import ContentSecurityPolicyStatus
from nameplate_api.hostname import hosts
from nameplate_api.sources import SourceType


def content_security_policy(spec: CustomDomainSpec) -> dict[str, Any]:
    """Return the field of status, empty unless the spec asks for it (W3C CSP Level 3, "Fetch directives").

    The library's file and its chunks are scripts of the CDN's host, its settings are fetched from there, and events go
    to the other host. A pixel is an image. The tag in the page itself needs the page's own nonce or hash beside it.
    """
    policy = spec.content_security_policy
    if policy is None or not policy.enabled:
        return {}
    _, api, cdn = (f"https://{host}" for host in hosts(spec.domain))
    pixels = any(source.type is SourceType.PIXEL for source in spec.sources)
    needed = ContentSecurityPolicyStatus(
        script_src=(cdn,), connect_src=(cdn, api), img_src=(api,) if pixels else ()
    ).model_dump(by_alias=True, mode="json")
    return {"contentSecurityPolicy": {directive: origins for directive, origins in needed.items() if origins}}
