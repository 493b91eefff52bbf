"""Translates record sets between our plain values and the master-file text of PowerDNS' HTTP API."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nameplate_operator.adapters.master_file import absolute, escaped, without_dot
from nameplate_operator.ports import RecordSet

SOA_TTL = 3600
# A name that is asked for before its records are published must not be denied for long (RFC 2308).
_SOA_TIMERS = "10800 3600 1209600 60"
_NAMED = frozenset({"NS", "CNAME", "DNAME", "PTR"})
_LONGEST_STRING = 255
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\(?:([0-9]{3})|(.))", re.DOTALL)

Rrset = Mapping[str, Any]


def soa(name: str, nameserver: str, contact: str) -> dict[str, Any]:
    """Return the zone's SOA; PowerDNS counts the serial up from here."""
    content = f"{absolute(nameserver)} {absolute(contact)} 1 {_SOA_TIMERS}"
    return _rrset(name, "SOA", SOA_TTL, [content])


def to_api(record: RecordSet) -> dict[str, Any]:
    """Return the record set as PowerDNS takes it."""
    return _rrset(record.name, record.type, record.ttl, [_content(record.type, value) for value in record.values])


def replacing(record: RecordSet) -> dict[str, Any]:
    """Return the change that puts the record set."""
    return to_api(record) | {"changetype": "REPLACE"}


def deleting(record: RecordSet) -> dict[str, Any]:
    """Return the change that removes the record set."""
    return {"name": absolute(record.name), "type": record.type, "changetype": "DELETE"}


def from_api(rrsets: Iterable[Rrset]) -> tuple[RecordSet, ...]:
    """Return the record sets that are served, without the SOA."""
    sets = (_record_set(rrset) for rrset in rrsets if rrset["type"] != "SOA")
    return tuple(sorted(record for record in sets if record.values))


def _rrset(name: str, type_: str, ttl: int, contents: Iterable[str]) -> dict[str, Any]:
    records = [{"content": content, "disabled": False} for content in contents]
    return {"name": absolute(name), "type": type_, "ttl": ttl, "records": records}


def _record_set(rrset: Rrset) -> RecordSet:
    type_ = str(rrset["type"])
    contents = (str(record["content"]) for record in rrset["records"] if not record.get("disabled", False))
    values = tuple(sorted(_value(type_, content) for content in contents))
    return RecordSet(without_dot(str(rrset["name"])), type_, int(rrset["ttl"]), values)


def _content(type_: str, value: str) -> str:
    if type_ in _NAMED:
        return absolute(value)
    return _quoted(value) if type_ == "TXT" else value


def _value(type_: str, content: str) -> str:
    if type_ in _NAMED:
        return without_dot(content)
    return _unquoted(content) if type_ == "TXT" else content


def _quoted(text: str) -> str:
    octets = text.encode()
    parts = [octets[i : i + _LONGEST_STRING] for i in range(0, len(octets), _LONGEST_STRING)] or [b""]
    return " ".join('"' + escaped(part) + '"' for part in parts)


def _unquoted(content: str) -> str:
    strings = _STRING.findall(content) or [content]
    octets = "".join(strings).encode()
    return _ESCAPE.sub(lambda m: bytes([int(m[1]) & 255]) if m[1] else m[2], octets).decode(errors="replace")
