"""What the API server must refuse of how a page loads the library, each with what it must say."""

from tests.nameplate_api.manifests import WEBSITE, Case, bound_claim, custom_domain, with_source, with_website

_PARTS = ": write up to four parts of letters, digits, hyphens and underscores with a slash between them, without .js"
_TAKEN = (
    ": begin with another part: v1, analytics.js, analytics-next, next-integrations, .well-known are paths of the "
    "service itself"
)
_WORD = ": choose another name: this is a word of JavaScript"
_OF_PAGES = ": choose another name: every page has something of this one, and would break"
_OF_LIBRARY = ": choose another name: the library keeps something else by this one"
_HANDLER = ": choose another name: those that begin with on are event handlers of the page"
_IDENTIFIER = ": use a JavaScript identifier of letters, digits, _ and $, such as acme"

_BAD_PARTS = (
    "/m5/app", "m5/app/", "m5//app", "m5/app.js", "m5/app.min.js", "m5/../v2", ".", "m5 app", "m5%2Fapp", "m5/äpp",
    "m5/app?x", "m5/app#x", "-m5", "_m5", "m5/app\n", "a/b/c/d/e", "a" * 64, "https://cdn.acme.com/app",
)  # fmt: skip
_WORDS = ("class", "null", "undefined", "await", "let", "NaN", "eval")
_PAGE_NAMES = (
    "window", "document", "location", "name", "top", "self", "history", "navigator", "fetch", "console", "Promise",
    "Object", "constructor", "__proto__", "localStorage", "Event", "globalThis", "chrome", "Text",
)  # fmt: skip

LIBRARY = (
    *(Case(f"alias {alias[:30]!r}", with_website(alias=alias), _PARTS) for alias in _BAD_PARTS),
    *(Case(f"alias under {alias}", with_website(alias=alias), _TAKEN)
      for alias in ("v1", "v1/app", "V1/t", "analytics-next/bundles/x", "next-integrations", "analytics.js/v1/k3y/a",
                    ".well-known/nameplate")),
    Case("empty alias", with_website(alias=""), "alias in body should be at least 1 chars long"),
    Case("alias of 129 characters", with_website(alias=f"{'a' * 63}/{'b' * 63}/c"), "may not be more than 128 bytes"),
    Case("alias of a server source", with_source(alias="m5/app"),
         "spec.sources[1]: Invalid value: leave out alias: only Analytics.js is served at a path"),
    Case("two sources of one alias", custom_domain(sources=[
        WEBSITE | {"alias": "m5/app"}, WEBSITE | {"name": "shop", "writeKey": "k2", "alias": "m5/app"}
    ]), "spec.sources: Invalid value: give each source an alias of its own"),
    *(Case(f"global name {name}", with_website(globalName=name), _WORD) for name in _WORDS),
    *(Case(f"global name {name}", with_website(globalName=name), _OF_PAGES) for name in _PAGE_NAMES),
    *(Case(f"global name {name}", with_website(globalName=name), _OF_LIBRARY)
      for name in ("AnalyticsNext", "analyticsWriteKey", "webpackChunk_segment_analytics_next")),
    *(Case(f"global name {name}", with_website(globalName=name), _HANDLER) for name in ("onload", "once")),
    *(Case(f"global name {name!r}", with_website(globalName=name), _IDENTIFIER)
      for name in ("1a", "a-b", "a.b", "a b", "äcme", "a\n", "a;alert(1)", '"', "</script>")),
    Case("empty global name", with_website(globalName=""), "globalName in body should be at least 1 chars long"),
    Case("global name of 65 characters", with_website(globalName="a" * 65), "may not be more than 64 bytes"),
    Case("global name of a server source", with_source(globalName="acme"),
         "spec.sources[1]: Invalid value: leave out globalName: only Analytics.js has one"),
    Case("Content-Security-Policy that is neither", custom_domain(contentSecurityPolicy={}),
         "spec.contentSecurityPolicy.enabled: Required value"),
    Case("Content-Security-Policy as text", custom_domain(contentSecurityPolicy={"enabled": "script-src 'self'"}),
         "spec.contentSecurityPolicy.enabled in body must be of type boolean"),
    Case("one alias twice in a claim",
         bound_claim(aliases=[{"path": "a", "source": "x"}, {"path": "a", "source": "y"}]),
         'spec.aliases[1]: Duplicate value: {"path":"a"}'),
    Case("alias of a claim without source", bound_claim(aliases=[{"path": "a"}]),
         "spec.aliases[0].source: Required value"),
)  # fmt: skip
