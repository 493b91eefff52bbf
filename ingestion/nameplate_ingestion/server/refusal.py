"""The requests that the server itself turns away, before any handler sees them; each ends its connection."""

from enum import StrEnum

from nameplate_ingestion.call import Call


class Refusal(StrEnum):
    """Why; the status codes are those of RFC 9110, 15, and RFC 6585, 5."""

    MALFORMED = "MalformedRequest"
    """400: not HTTP, or HTTP that two readers could understand in two ways."""
    SLOW = "RequestTimeout"
    """408: not whole at its deadline."""
    BODY_TOO_LARGE = "BodyTooLarge"
    """413."""
    TARGET_TOO_LONG = "TargetTooLong"
    """414."""
    EXPECTATION = "ExpectationFailed"
    """417: an expectation other than 100-continue."""
    HEAD_TOO_LARGE = "HeadersTooLarge"
    """431."""
    UNIMPLEMENTED = "NotImplemented"
    """501: a method or a transfer coding that this server does not have."""
    VERSION = "VersionNotSupported"
    """505: neither HTTP/1.0 nor HTTP/1.1."""


class Refused(Exception):
    """A request is turned away; `call` is there, with an empty body, once its header block was read."""

    def __init__(self, reason: Refusal, call: Call | None = None) -> None:
        """Keep reason and call."""
        super().__init__(reason)
        self.reason = reason
        self.call = call
