"""Analytics.js made independent of its maker's hosts: each built-in literal becomes a name that the file's end gives.

    (function($cdn,$api,$key){ the file, with these names in place of the literals })("https://…","…/v1","…");

A version whose literals are not exactly those that are known here is refused, for one that is missed is a leak.
"""

import json
import re
from collections import Counter

POLYFILL = "babel-polyfill-{version}.min.js"
"""Name, among the chunks, of what the library loads for browsers of 2016 and before."""
_CDN = "https://cdn.segment.com"
_POLYFILL_URL = "https://cdnjs.cloudflare.com/ajax/libs/babel-polyfill/{version}/polyfill.min.js"
_BUNDLES = "/analytics-next/bundles/"

_HEAD, _FOOT = "(function($cdn,$api,$key){", "})("
_FIRST = "!function(){"
"""How a file begins that shares no name with the page: wrapped once more it means the same."""
_NAMES = re.compile(r"\$(?:cdn|api|key)\b")
_ELSEWHERE = re.compile(r"null!=(\w+)\?\1:null===\((\w+)=\(0,\w+\.\w+\)\(\)\)\|\|void 0===\2\?void 0:\2\._cdn")
"""Where the library asks the page for a CDN, before it takes the built-in one (``parse-cdn.ts``)."""
_NAMED = "document.currentScript&&document.currentScript.dataset.globalSegmentAnalyticsKey"
_OWN_TAG = {
    '"analytics"': f'({_NAMED}||"analytics")',
    'document.querySelector("script[data-global-segment-analytics-key]")': (
        f'({_NAMED}?document.currentScript:document.querySelector("script[data-global-segment-analytics-key]"))'
    ),
}
"""How it finds its name in the page: by its own tag from the start, not by the first tag of any library later on."""
_SOURCE_MAP = re.compile(r"\s*//# sourceMappingURL=\S*\s*\Z")
_HOSTS = re.compile(
    r"""(?i:[a-z]+:(?:\\?/){2}[^"'`)\s]*)"""  # an address, or the pattern of one
    r"""|(?i:(?<=["'`])(?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)+/[^"'`\s]*)"""  # a host and a path without a scheme
    r"""|[\w.-]*segment\.(?:com|io|build)|__WRITE_KEY__"""
)
_ADVICE = (
    "https://segment.com/docs/connections/sources/catalog/libraries/website/javascript/upgrade-to-ajs2/"
    "#using-a-strict-content-security-policy-on-the-page"
)
"""Said to a person, on the console."""
_LEFT = Counter(
    (
        r"https:\/\/.*",  # what an own address looks like
        "http://",
        "https://",
        "https://cdn.segment.(com|build",  # addresses of plugins, which are replaced in the browser
        _ADVICE,
    )
)
"""What looks like a host and stays as it is."""
_LEFT_IN_CHUNKS = frozenset(
    {
        "https://api.vimeo.com/videos/",  # both are asked by a page's own player, with the customer's own key
        "https://www.googleapis.com/youtube/v3/videos?id=",
        "http://www.w3.org/1999/xlink",
    }
)


class UnknownLibrary(Exception):
    """The library is not as it is known here; the text says what was found and what was expected."""


def rewrite(code: str, polyfill_version: str) -> str:
    """Return all of the served file but its end. Raises UnknownLibrary."""
    code = without_source_map(code)
    polyfill = _BUNDLES + POLYFILL.format(version=polyfill_version)
    literals = {
        "__WRITE_KEY__": "$key",
        "api.segment.io/v1": "$api",
        _CDN: "$cdn",
        f"{_CDN}/analytics.js/v1/": '($cdn+"/analytics.js/v1/")',
        _CDN + _BUNDLES: f'($cdn+"{_BUNDLES}")',
        _POLYFILL_URL.format(version=polyfill_version): f'($cdn+"{polyfill}")',
    }
    _compare(Counter(_HOSTS.findall(code)), Counter(literals.keys()) + _LEFT)
    for text, instead in ({f'"{literal}"': name for literal, name in literals.items()} | _OWN_TAG).items():
        code = _replaced(code, text, instead)
    # A tag of another library, even one that a consent tool keeps from running, would lead it to another CDN.
    code, places = _ELSEWHERE.subn(r"null!=\1?\1:$cdn", code)
    if places != 1:
        raise UnknownLibrary(f"expected one place where the page is asked for a CDN, found {places}")
    if not code.startswith(_FIRST) or not code.endswith("}();"):
        raise UnknownLibrary(f"expected one function that is called at once, found {code[:40]!r} … {code[-20:]!r}")
    used = _NAMES.findall(code)
    if len(used) != len(literals) + places:
        raise UnknownLibrary(f"the names $cdn, $api, $key are used by the library itself: {len(used)} times")
    return _HEAD + code + _FOOT


def _replaced(code: str, text: str, instead: str) -> str:
    if code.count(text) != 1:
        raise UnknownLibrary(f"expected {text} once, found it {code.count(text)} times")
    return code.replace(text, instead)


def end_of(cdn: str, api: str, key: str) -> bytes:
    """Return the end of the served file: three strings, safe in a script wherever it stands."""
    return f"{_literal(cdn)},{_literal(api)},{_literal(key)});\n".encode()


def check_chunk(name: str, code: str) -> None:
    """Refuse a part that may ask a host that is not known here. Raises UnknownLibrary."""
    unknown = sorted(set(_HOSTS.findall(code)) - _LEFT_IN_CHUNKS)
    if unknown:
        raise UnknownLibrary(f"{name}: found {', '.join(unknown)}, which is not known to be needed there")


def without_source_map(code: str) -> str:
    """Return the code without the comment that names a file which is not served."""
    return _SOURCE_MAP.sub("", code)


def _literal(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")


def _compare(found: Counter[str], expected: Counter[str]) -> None:
    if found != expected:
        surplus, lacking = sorted((found - expected).elements()), sorted((expected - found).elements())
        raise UnknownLibrary(f"built-in hosts have moved: not expected {surplus}, not found {lacking}")
