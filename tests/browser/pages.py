"""Pages that load the library, as texts."""

import json
from collections.abc import Mapping
from typing import Any

_CALLS = (
    "for (const call of ['page', 'track', 'identify', 'on']) queue[call] = (...said) => queue.push([call, ...said]);"
)


def html(script: str = "", *, head: str = "", body: str = "", nonce: str = "") -> str:
    """Return a page with a script at its end, so that it finds a body."""
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Shop</title>{head}</head>"
        f"<body><h1>Shop</h1>{body}<script nonce='{nonce}'>{script}</script></body></html>"
    )


def loading(
    src: str, key: str, *, name: str = "analytics", cdn: str | None = None, options: Mapping[str, Any] | None = None
) -> str:
    """Return the least that a page needs, in no vendor's words: a queue with its calls, the file, and one page call."""
    queue = f"const queue = window[{_js(name)}] = [];queue._writeKey = {_js(key)};queue._loadOptions = {_js(options)};"
    known = f"queue._cdn = {_js(cdn)};" if cdn else ""
    script = f"const script = Object.assign(document.createElement('script'), {{src: {_js(src)}}});"
    named = f"script.setAttribute('data-global-segment-analytics-key', {_js(name)});" if name != "analytics" else ""
    return f"<script>{queue}{known}{_CALLS}queue.page();{script}{named}document.head.append(script);</script>"


def script(src: str) -> str:
    """Return a script of another file."""
    return f"<script src={json.dumps(src)}></script>"


def _js(value: object) -> str:
    return json.dumps(value or {})
