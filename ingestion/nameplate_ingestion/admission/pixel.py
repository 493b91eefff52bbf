"""The pixel: an event in a query, as ``data`` in Base64 or member by member (Segment's Pixel Tracking API)."""

import binascii
from urllib.parse import parse_qsl

import msgspec

from nameplate_ingestion.admission.answers import Refusal, Row

MOST_PARAMETERS = 1000
MOST_LEVELS = 16
_DATA = "data"
_KEY = "writeKey"
_TO_STANDARD = str.maketrans(" -_", "++/")
"""A plus that was not escaped reads as a space in a query; some writers use the alphabet of URLs (RFC 4648, 5)."""
_Members = dict[str, object]

_encode = msgspec.json.Encoder().encode


def read_query(query: bytes) -> tuple[bytes, str | None]:
    """Return the event's JSON, and the write key if the query gives one of its own. Raises Refusal.

    ``properties.page.name=a`` is the member ``name`` of ``page`` of ``properties``; all values are text.
    """
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        raise Refusal(Row.INVALID_QUERY, f"expected UTF-8, and at most {MOST_PARAMETERS} parameters") from error
    members = dict(pairs)
    if data := members.get(_DATA):
        return _from_base64(data), members.get(_KEY)
    tree: _Members = {}
    for name, value in members.items():
        _put(tree, name, value)
    return _encode(tree), None


def _from_base64(data: str) -> bytes:
    standard = data.translate(_TO_STANDARD).rstrip("=")
    try:
        return binascii.a2b_base64(standard + "=" * (-len(standard) % 4), strict_mode=True)
    except ValueError as error:
        raise Refusal(Row.INVALID_QUERY, "data: expected JSON in Base64") from error


def _put(tree: _Members, name: str, value: str) -> None:
    *path, last = name.split(".", MOST_LEVELS)
    for depth, step in enumerate(path, 1):
        inner = tree.setdefault(step, {})
        if not isinstance(inner, dict):
            raise _given_twice(".".join(path[:depth]))
        tree = inner
    if isinstance(tree.get(last), dict):
        raise _given_twice(name)
    tree[last] = value


def _given_twice(name: str) -> Refusal:
    return Refusal(Row.INVALID_QUERY, f"{name[:100]}: given both a value and members")
