"""What one event must say, and the words for what is wrong with it."""

import re
from typing import NamedTuple

import msgspec

from nameplate_api.text import printable
from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.routes import CALLS

MOST_CHARACTERS = 100
"""Of a messageId (Segment's rate limits, "messageId")."""
_TRACK = "track"
_TYPES = frozenset(CALLS)
_NAMED_TYPES = ", ".join(CALLS)
_KIND = re.compile(r"Expected `(.+)`, got `(.+)`")
_MISSING = re.compile(r"Object missing required field `(.+)`")


class Event(msgspec.Struct, rename="camel", gc=False):
    """What must be looked at; every other member is passed on as it is, whatever its kind."""

    type: str | None = None
    # Servers that keep numbers as ids send numbers.
    user_id: str | int | float | None = None
    anonymous_id: str | int | float | None = None
    event: str | None = None
    message_id: str | None = None
    write_key: str | None = None


class Fault(NamedTuple):
    """What is wrong with an event or with a whole body."""

    row: Row
    field: str
    """Empty if it is no single field's."""
    text: str
    """What was found and what was expected."""

    def of(self, part: str) -> str:
        """Return the fault as one of a part of the body, or, if that is empty, of the body."""
        return f"{'.'.join(filter(None, (part, self.field))) or 'body'}: {self.text}"


def find_fault(event: Event, call: str | None) -> Fault | None:
    """Return what an event of this type lacks (Segment's HTTP API and rate limits)."""
    if call not in _TYPES:
        found = "nothing" if call is None else f'"{printable(call[:40])}"'
        return Fault(Row.INVALID_EVENT, "type", f"found {found}, expected one of {_NAMED_TYPES}")
    if event.user_id in (None, "") and event.anonymous_id in (None, ""):
        return Fault(Row.INVALID_EVENT, "userId", "found neither this nor anonymousId, expected one of them")
    if call == _TRACK and not event.event:
        return Fault(Row.INVALID_EVENT, "event", "found nothing, expected the name of what happened")
    if event.message_id is not None and len(event.message_id) > MOST_CHARACTERS:
        found = f"found {len(event.message_id):,} characters"
        return Fault(Row.INVALID_EVENT, "messageId", f"{found}, expected at most {MOST_CHARACTERS}")
    return None


def wrong_kind(error: msgspec.ValidationError) -> Fault:
    """Return the fault that a decoder found."""
    text, _, path = str(error).partition(" - at `$")
    if missing := _MISSING.fullmatch(text):
        return Fault(Row.INVALID_EVENT, missing[1], "found nothing, expected a value")
    if kinds := _KIND.fullmatch(text):
        text = f"found {kinds[2]}, expected {kinds[1]}"
    return Fault(Row.INVALID_EVENT, path.strip(".`"), text)


def too_large(octets: int, limit: int, added: int = 0) -> Fault:
    """Return the fault of an event beyond the limit, by itself or with the octets that its batch adds."""
    more = f" and {added:,} that the batch adds" if added else ""
    return Fault(Row.EVENT_TOO_LARGE, "", f"found {octets:,} octets{more}, expected at most {limit:,}")
