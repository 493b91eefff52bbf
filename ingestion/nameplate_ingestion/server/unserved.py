"""The requests that the server does not hand over: turned away for a reason, or answered before their body came."""

from enum import StrEnum
from typing import Self

from nameplate_ingestion.call import Call, Reply


class Unserved(StrEnum):
    """Why a request is turned away and its connection ended, and the status to say (RFC 9110, 15; RFC 6585, 5)."""

    status: int

    def __new__(cls, code: str, status: int) -> Self:
        """Be the code, which programs read."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.status = status
        return member

    MALFORMED = "MalformedRequest", 400
    """Not HTTP, or HTTP that two readers could understand in two ways."""
    SLOW = "RequestTimeout", 408
    """Not whole at its deadline."""
    BODY_TOO_LARGE = "BodyTooLarge", 413
    TARGET_TOO_LONG = "TargetTooLong", 414
    EXPECTATION = "ExpectationFailed", 417
    """An expectation other than 100-continue."""
    HEAD_TOO_LARGE = "HeadersTooLarge", 431
    UNIMPLEMENTED = "NotImplemented", 501
    """A method or a transfer coding that this server does not have."""
    BUSY = "Busy", 503
    """Others need the place: too many connections, or too many octets of requests that are not whole."""
    VERSION = "VersionNotSupported", 505
    """Neither HTTP/1.0 nor HTTP/1.1."""


class UnservedRequest(Exception):
    """A request is turned away; `call` is there, with an empty body, once its head was found in order."""

    def __init__(self, reason: Unserved, call: Call | None = None) -> None:
        """Keep reason and call."""
        super().__init__(reason)
        self.reason = reason
        self.call = call


class Screened(Exception):
    """A request was answered before its body came."""

    def __init__(self, reply: Reply, call: Call) -> None:
        """Keep the answer and the call."""
        super().__init__(reply.status)
        self.reply = reply
        self.call = call
