"""The upstream's settings document merged into ours: where events go is ours to say, the rest is the upstream's.

Analytics.js (`CDNSettings`) and the mobile SDKs read it. Only what is changed is taken apart.
"""

import msgspec

LIBRARY_CDN = "https://cdn.segment.com"
"""What Analytics.js replaces with the page's own CDN at the head of a remote plugin's URL (``remote-loader``)."""
_OURS = "Segment.io"
# It would send events in plain text, were it http.
_NOT_THEIRS = "protocol"

_LEAST = b'{"integrations":{"Segment.io":{}}}'

_Object = dict[str, msgspec.Raw]
_read_object = msgspec.json.Decoder(_Object).decode
_read_plugins = msgspec.json.Decoder(list[_Object]).decode
_read_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode


class BadSettings(Exception):
    """It is no settings document."""


def check(theirs: bytes) -> None:
    """Raise BadSettings for what cannot be merged."""
    merge(_LEAST, theirs, "")


def merge(ours: bytes, theirs: bytes, upstream: str) -> bytes:
    """Return their document with all that ours says; `upstream` is the URL that theirs comes from. Raises BadSettings.

    A remote plugin below that URL is loaded by way of the page's own CDN, as one of Segment's own is.
    """
    try:
        # A browser reads it as UTF-8, and msgspec does not look at what it only passes on.
        theirs.decode()
        own, document = _read_object(ours), _read_object(theirs)
        document["integrations"] = _integrations(own, _read_object(document["integrations"]))
        if "remotePlugins" in document:
            plugins = [_by_way_of_us(plugin, upstream) for plugin in _read_plugins(document["remotePlugins"])]
            document["remotePlugins"] = msgspec.Raw(_encode(plugins))
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, RecursionError) as error:
        raise BadSettings from error
    return _encode(document | {name: value for name, value in own.items() if name != "integrations"})


def _integrations(own: _Object, theirs: _Object) -> msgspec.Raw:
    if "integrations" in own:
        for name, integration in _read_object(own["integrations"]).items():
            merged = _read_object(theirs[name]) if name in theirs else {}
            if name == _OURS:
                merged.pop(_NOT_THEIRS, None)
            theirs[name] = msgspec.Raw(_encode(merged | _read_object(integration)))
    return msgspec.Raw(_encode(theirs))


def _by_way_of_us(plugin: _Object, upstream: str) -> _Object:
    if "url" not in plugin:
        return plugin
    url = _read_text(plugin["url"])
    if not url.startswith(f"{upstream}/"):
        return plugin
    return plugin | {"url": msgspec.Raw(_encode(LIBRARY_CDN + url.removeprefix(upstream)))}
