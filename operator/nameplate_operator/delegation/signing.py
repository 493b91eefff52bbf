"""DNSSEC by its data alone (RFC 4034): key tags, digests, whether a DS value fits a key; verifies no signature."""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass

_ZONE_KEY = 0x0100
_REVOKED = 0x0080
_DIGESTS = {1: hashlib.sha1, 2: hashlib.sha256, 4: hashlib.sha384}
_RECOMMENDED = 2
_MOST = 32


@dataclass(frozen=True, slots=True)
class Key:
    """A DNSKEY record."""

    flags: int
    algorithm: int
    data: bytes

    @classmethod
    def read(cls, value: str) -> "Key | None":
        """Read one as zone files write it; None for what is none, is revoked, or does not sign zones."""
        fields = value.split()
        try:
            flags, protocol, algorithm = (int(field) for field in fields[:3])
            key = base64.b64decode("".join(fields[3:]), validate=True)
            data = struct.pack("!HBB", flags, protocol, algorithm) + key
        except (ValueError, struct.error, binascii.Error):
            return None
        return cls(flags, algorithm, data) if flags & _ZONE_KEY and not flags & _REVOKED else None

    @property
    def tag(self) -> int:
        """Return the key tag (RFC 4034, appendix B)."""
        total = sum(octet if index & 1 else octet << 8 for index, octet in enumerate(self.data))
        return (total + (total >> 16)) & 0xFFFF

    def ds(self, zone: str, digest_type: int) -> str:
        """Return the DS value for the zone; raises KeyError for an unknown digest type."""
        digest = _DIGESTS[digest_type](_wire(zone) + self.data).hexdigest()
        return f"{self.tag} {self.algorithm} {digest_type} {digest}"


def fits(zone: str, ds: Iterable[str], keys: Iterable[str]) -> bool | None:
    """Say whether any DS value fits a key of the zone; None where none of them is of a kind that we can compute."""
    known = [key for key in map(Key.read, list(keys)[:_MOST]) if key is not None]
    wanted = [_normal(value) for value in list(ds)[:_MOST]]
    computable = [value for value in wanted if value and value[2] in _DIGESTS]
    if wanted and not computable:
        return None
    return any(_normal(key.ds(zone, value[2])) == value for value in computable if value for key in known)


def ds_values(zone: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the DS values (SHA-256) to put at the parent: of the secure entry points, else of every key."""
    known = [key for key in map(Key.read, list(keys)[:_MOST]) if key is not None]
    entry = [key for key in known if key.flags & 1] or known
    return tuple(key.ds(zone, _RECOMMENDED) for key in entry)


def _normal(value: str) -> tuple[int, int, int, str] | None:
    fields = value.split()
    try:
        return int(fields[0]), int(fields[1]), int(fields[2]), "".join(fields[3:]).lower()
    except (IndexError, ValueError):
        return None


def _wire(name: str) -> bytes:
    labels = name.encode("ascii").split(b".") if name else []
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
