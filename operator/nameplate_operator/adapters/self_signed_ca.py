"""The keys of the self-signed authority and their life: a successor is announced long before it signs."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from nameplate_operator.adapters.x509 import CLOCK_SKEW, KeyPair, bundle, make_authority, read_pair, valid

LEAF_LIFE = timedelta(days=90)
CA_LIFE = timedelta(days=5 * 365)
_LAST_MOMENT = timedelta(days=1)


class Step(Enum):
    """What is due in the life of the authority."""

    NONE = auto()
    ANNOUNCE = auto()
    SWITCH = auto()


@dataclass(frozen=True)
class AuthorityKeys:
    """The pair that signs, and the one that will."""

    current: KeyPair
    successor: KeyPair | None = None

    @property
    def bundle(self) -> str:
        """Return what clients need to trust, in PEM."""
        pairs = (self.current, self.successor) if self.successor else (self.current,)
        return bundle(pair.certificate for pair in pairs)

    @property
    def made_at(self) -> datetime:
        """Return when the pair that signs was made."""
        return self.current.certificate.not_valid_before_utc + CLOCK_SKEW

    def step(self, now: datetime) -> Step:
        """Return what is due: clients know a successor for one life of a leaf before it signs.

        An operator that was away for too long catches up: the announcement is cut short only by the end of the
        current authority.
        """
        end = self.current.certificate.not_valid_after_utc
        if self.successor is None:
            return Step.ANNOUNCE if now >= end - 2 * LEAF_LIFE else Step.NONE
        announced_at = self.successor.certificate.not_valid_before_utc + CLOCK_SKEW
        known = now >= announced_at + LEAF_LIFE or now >= end - _LAST_MOMENT
        return Step.SWITCH if known and now >= end - LEAF_LIFE else Step.NONE

    def advanced(self, now: datetime) -> "AuthorityKeys":
        """Return the keys after every step that is due."""
        match self.step(now):
            case Step.ANNOUNCE:
                return AuthorityKeys(self.current, make_authority(now, CA_LIFE)).advanced(now)
            case Step.SWITCH if self.successor:
                return AuthorityKeys(self.successor).advanced(now)
            case _:
                return self


def new_keys(now: datetime) -> AuthorityKeys:
    """Return the keys of a new authority."""
    return AuthorityKeys(make_authority(now, CA_LIFE))


def read_keys(data: Mapping[str, str], now: datetime) -> AuthorityKeys | None:
    """Return the keys that stand in a Secret's data; None if what signs is damaged, or dead with no successor."""
    current = read_pair(text(data, "ca.crt"), text(data, "ca.key"))
    successor = read_pair(text(data, "successor.crt"), text(data, "successor.key"))
    if current is None or not (valid(current.certificate, now) or successor):
        return None
    return AuthorityKeys(current, successor)


def written(keys: AuthorityKeys) -> dict[str, str | None]:
    """Return the Secret's data for these keys; None removes an entry."""
    successor = keys.successor
    return {
        "ca.crt": encoded(keys.current.certificate_pem),
        "ca.key": encoded(keys.current.key_pem),
        "successor.crt": encoded(successor.certificate_pem) if successor else None,
        "successor.key": encoded(successor.key_pem) if successor else None,
    }


def encoded(plain: str) -> str:
    """Return text as it stands in a Secret's data."""
    return base64.b64encode(plain.encode()).decode()


def text(data: Mapping[str, str], entry: str) -> str:
    """Return an entry of a Secret's data, "" for one that is absent or damaged."""
    try:
        return base64.b64decode(data.get(entry, ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
