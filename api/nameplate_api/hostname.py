"""Host names: the one place where a name from outside is normalised or refused.

RFC 1035 section 2.3.4 and RFC 1123 section 2.1 for syntax, RFC 5891 for A-labels, the Public Suffix List for what
may be delegated.
"""

import re
import unicodedata
from functools import cache

import idna
from publicsuffixlist import PublicSuffixList

from nameplate_api.reasons import Reason
from nameplate_api.text import printable

LONGEST_HOST = 253
"""Longest host name in octets (RFC 1035 section 2.3.4, less the octets that only the wire needs)."""
_TOKEN_LABEL = "_nameplate"
LONGEST = LONGEST_HOST - len(f"{_TOKEN_LABEL}.")
"""Longest custom domain in octets: the longest label that goes in front of it is that of its token."""

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label that makes browsers read the whole name as an IPv4 address (WHATWG URL, "ends in a number checker")."""
_UNSHOWABLE = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})
"""Unicode categories of controls, surrogates and spaces."""
_SPECIAL_USE = frozenset({"alt", "arpa", "internal", "local", "localdomain", "localhost", "onion", "svc"})
"""Top-level names that never lead to a customer's zone: RFC 6761, 6762, 7686, 9476, and a cluster's own.

The names of RFC 2606, such as ``example`` and ``test``, are left in: private worlds use them.
"""


class UnusableName(ValueError):
    """A name that cannot be a custom domain; ``reason`` is InvalidName or ApexNotDelegable."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def _invalid(name: str, detail: str) -> UnusableName:
    shown = printable(name[:80]) or '""'
    return UnusableName(Reason.INVALID_NAME, f"{shown} is not a usable host name: {detail}.")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def registrable(name: str) -> str | None:
    """Return the registrable domain above or at ``name`` (``acme.com``), or None for a public suffix.

    Suffixes of the list's private section count: ``acme.github.io`` is registrable, for below it others are at home.
    """
    found = _suffixes().privatesuffix(name)
    return str(found) if found else None


def overlap_group(name: str) -> str:
    """Return the topmost registrable domain above or at ``name``: names that overlap always share it.

    The registrable domain itself would not do, since a suffix may lie below an ordinary name: the list has
    ``s3.eu-west-1.amazonaws.com``, but neither ``eu-west-1.amazonaws.com`` nor ``amazonaws.com``.
    """
    upwards = (name, *ancestors(name))
    return next((above for above in reversed(upwards) if registrable(above) == above), name)


def ancestors(name: str) -> tuple[str, ...]:
    """Return the names above ``name``, nearest first, without the root."""
    labels = name.split(".")
    return tuple(".".join(labels[i:]) for i in range(1, len(labels)))


def overlaps(one: str, other: str) -> bool:
    """Say whether the names are equal or one lies below the other."""
    return one == other or one.endswith("." + other) or other.endswith("." + one)


def token_name(name: str) -> str:
    """Return the name at which the zone of a custom domain carries its token."""
    return f"{_TOKEN_LABEL}.{name}"


def hosts(name: str) -> tuple[str, str, str]:
    """Return the names that are served for a custom domain: its own, the Tracking API's and the library's."""
    return (name, f"api.{name}", f"cdn.{name}")


def normalise(text: str) -> str:
    """Return the lower-case A-label form of a name as a person types it, without the final dot.

    Raises UnusableName(InvalidName).
    """
    name = text.strip()
    if len(name) > 4 * LONGEST_HOST:
        raise _invalid(name, f"at most {LONGEST_HOST} characters are possible")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError as error:
            raise _invalid(text, str(error)) from error
    name = name.lower().removesuffix(".")
    _check_syntax(name, LONGEST_HOST)
    return name


def check(name: str) -> None:
    """Raise UnusableName unless ``name``, in A-labels, may be delegated to us as a custom domain."""
    _check_syntax(name, LONGEST)
    if name.rpartition(".")[2] in _SPECIAL_USE:
        raise _invalid(name, "it does not belong to the public DNS")
    above = registrable(name)
    if above is None:
        message = f"Pick a subdomain of a domain of your own. {name} is a public suffix, with other people's below it."
        raise UnusableName(Reason.APEX_NOT_DELEGABLE, message)
    if above == name:
        message = (
            f"Pick a subdomain such as cdp.{name}. "
            f"Delegating {name} itself would move your whole domain, mail included."
        )
        raise UnusableName(Reason.APEX_NOT_DELEGABLE, message)


def _check_syntax(name: str, longest: int) -> None:
    if not name:
        raise _invalid(name, "it is empty")
    if len(name) > longest:
        raise _invalid(name, f"it has {len(name)} characters, at most {longest} are possible")
    labels = name.split(".")
    for label in labels:
        if not _LABEL.fullmatch(label):
            rule = "1 to 63 letters, digits and hyphens, no hyphen at either end"
            raise _invalid(name, f"the label {label[:63]!r} must have {rule}")
        if label.startswith("xn--"):
            _check_a_label(name, label)
    if _NUMBER.fullmatch(labels[-1]):
        raise _invalid(name, "its last label is a number, as in an IP address")
    if len(labels) < 2:
        raise _invalid(name, "it has a single label")


def _check_a_label(name: str, label: str) -> None:
    """Refuse what is no encoding at all; IDNA 2008 forbids more, but registries have sold that (emoji, for one)."""
    encoded = label.removeprefix("xn--")
    try:
        text = encoded.encode().decode("punycode")
        canonical = text.encode("punycode").decode()
    except (ValueError, OverflowError) as error:
        raise _invalid(name, f"the label {label!r} is no valid A-label") from error
    unshowable = any(unicodedata.category(character) in _UNSHOWABLE for character in text)
    if text.isascii() or canonical != encoded or unshowable:
        raise _invalid(name, f"the label {label!r} is no valid A-label")
