"""The page that shows a snippet of each kind, made by their builders from one example.

python -m nameplate_operator.snippets_page [--check] [DIRECTORY]
"""

import sys

from nameplate_api import generated
from nameplate_api.custom_domain import ContentSecurityPolicy, CustomDomainSpec, Source
from nameplate_api.secret_key_ref import SecretKeyRef
from nameplate_api.sources import SourceType
from nameplate_operator.children.snippets import snippets
from nameplate_operator.children.snippets.servers import SERVERS
from nameplate_operator.claims.aliases import SERVED_ON_FOR

_HEAD = """\
<!-- Generated from nameplate_operator.children.snippets by `make generate`. -->
# Snippets

What to put into pages and programs so that they send their events through the domain. The operator keeps them in the
ConfigMap `<name>-snippets` beside the CustomDomain (`status.snippets.configMap`), one file for each use of a source:

```console
kubectl get configmap web-snippets -o jsonpath='{.data.website\\.html}'
```

| file | for |
|---|---|
| `<source>.html` | a page: the script tag, by `alias` or the path that stands for the source where none is chosen |
| `<source>.standard.html` | a page: the script tag, by `/analytics.js/v1/<key>/analytics.min.js` as on every site |
| `<source>.nonce.html`, `<source>.standard.nonce.html` | the same with a nonce, if `contentSecurityPolicy.enabled` |
| `<source>.mjs` | a page that bundles the npm package; a server on Node.js |
| `<source>.kt`, `.swift`, `.ts`, `.cs` | an app, with the libraries for Kotlin, Swift, React Native and C# |
| `<source>.txt` | the URL of a pixel; put in the user and the event |
| `<source>.clj`, `.go`, `.java`, `.php`, `.py`, `.rb`, `.cs` | a server |

`<WRITE_KEY>` stands for a key that is kept in a Secret, `<NONCE>` for the nonce that a page makes anew for each answer.
A tag carries the name that `globalName` gives to `window.analytics`. When an alias is changed or given up, the path
before it is served on for DAYS days, while no other source takes it; a default path is always served. A new path is
served by every Pod within two minutes, which is how long Kubernetes may take to bring them new settings.

Put a tag in the place of the vendor's own, not beside it: a library that comes from another host takes the queue that
`data-global-segment-analytics-key` names for its own, and sends what stands in it to its own host.

With `contentSecurityPolicy.enabled`, `status.contentSecurityPolicy` says what a page's policy must allow: `scriptSrc`
and `connectSrc` for Analytics.js, `imgSrc` for a pixel. The inline tag needs the page's own nonce or hash beside them.

The examples are those of a domain `cdp.acme.com` in the namespace `acme`. Its sources of type AnalyticsJS are
`website`, with `alias: m5/app` and `globalName: acme`, and `plain`, which has neither.
"""
_LANGUAGES = {
    "clj": "clojure",
    "cs": "csharp",
    "kt": "kotlin",
    "mjs": "js",
    "py": "python",
    "rb": "ruby",
    "txt": "text",
}


def page() -> str:
    """Return the page."""
    head = _HEAD.replace("DAYS", str(SERVED_ON_FOR.days))
    return head + "".join(_section(*each) for each in snippets(_example(), "acme").items())


def _example() -> CustomDomainSpec:
    page = Source(
        name="website", type=SourceType.ANALYTICS_JS, write_key="k3y-website", alias="m5/app", global_name="acme"
    )
    servers = [
        Source(name=each.lower(), type=each, write_key_secret_ref=SecretKeyRef(name="keys", key=each.value))
        for each in SERVERS
    ]
    return CustomDomainSpec(
        domain="cdp.acme.com",
        sources=(
            page,
            Source(name="plain", type=SourceType.ANALYTICS_JS, write_key="k3y-plain"),
            Source(name="app", type=SourceType.MOBILE, write_key="k3y-app"),
            Source(name="mail", type=SourceType.PIXEL, write_key="k3y-mail"),
            *servers,
        ),
        content_security_policy=ContentSecurityPolicy(enabled=True),
    )


def _section(name: str, text: str) -> str:
    extension = name.rpartition(".")[2]
    return f"\n## `{name}`\n\n```{_LANGUAGES.get(extension, extension)}\n{text}```\n"


if __name__ == "__main__":
    sys.exit(generated.main("nameplate_operator.snippets_page", {"docs/snippets.md": page()}))
