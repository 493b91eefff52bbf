"""Names and strings as master files have them (RFC 1035, section 5.1)."""


def absolute(name: str) -> str:
    """Return the name with its final dot."""
    return name.rstrip(".") + "."


def without_dot(name: str) -> str:
    """Return the absolute name in lower case and without its final dot, as our own values have it."""
    return name.rstrip(".").lower()


def escaped(octets: bytes) -> str:
    """Return the octets of a character-string as they stand between its quotation marks."""
    return "".join(map(_escaped, octets))


def _escaped(octet: int) -> str:
    if octet in b'"\\':
        return f"\\{chr(octet)}"
    return chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03d}"
