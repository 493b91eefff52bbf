"""JSON objects of which only the outermost level is read: every value stays the octets that the client sent."""

import msgspec

Members = dict[str, msgspec.Raw]
NULL = msgspec.Raw(b"null")

_members = msgspec.json.Decoder(Members)
_text = msgspec.json.Decoder(str)
_encode = msgspec.json.Encoder().encode


def said(members: Members, name: str) -> msgspec.Raw | None:
    """Return a member's value; None if it is absent or null."""
    value = members.get(name)
    return None if value is None or value == NULL else value


def read_members(raw: msgspec.Raw | None) -> Members | None:
    """Return an object's members; None if it is absent, null or no object."""
    if raw is None or not bytes(raw).startswith(b"{"):
        return None
    return _members.decode(raw)


def read_text(raw: msgspec.Raw | None) -> str | None:
    """Return a string that is not empty; None for anything else."""
    try:
        return None if raw is None else _text.decode(raw) or None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def raw(value: object) -> msgspec.Raw:
    """Return a value's JSON."""
    return msgspec.Raw(_encode(value))


def merge(event: Members, name: str, batch: Members | None) -> None:
    """Add to an event's object what the batch says for all; where both say something, the event's stands.

    One level deep: halves of two libraries' names would be worse than either. What is neither absent nor null nor an
    object is not touched.
    """
    ours = said(event, name)
    own = read_members(ours)
    if batch and (own is not None or ours is None):
        event[name] = raw(batch | (own or {}))
