"""For how long an upstream says that an answer is fresh (RFC 9111, sections 4.2 and 5.2.2)."""

import re
from collections.abc import Mapping

UNSAID = 300.0
"""Seconds, where the upstream says nothing."""
_FORBIDDEN = frozenset({"no-cache", "no-store", "private"})
_AGE = re.compile(r"(s-maxage|max-age)=\"?([0-9]{1,10})\"?")
_NUMBER = re.compile(r"[0-9]{1,10}")
_MOST_CHARACTERS = 1000


def lifetime(headers: Mapping[str, str]) -> float:
    """Return the seconds for which an answer with such headers is fresh; 0: a cache may not keep it unasked."""
    directives = {each.strip().lower() for each in headers.get("Cache-Control", "")[:_MOST_CHARACTERS].split(",")}
    if any(each.partition("=")[0] in _FORBIDDEN for each in directives):
        return 0.0
    ages = {match[1]: float(match[2]) for each in directives if (match := _AGE.fullmatch(each))}
    fresh = ages.get("s-maxage", ages.get("max-age", UNSAID))
    age = headers.get("Age", "").strip()
    return max(0.0, fresh - (float(age) if _NUMBER.fullmatch(age) else 0.0))
