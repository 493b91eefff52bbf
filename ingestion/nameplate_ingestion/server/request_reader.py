"""Requests out of the octets of one connection, in whatever pieces these come; no input or output of its own."""

import re
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import NamedTuple

from nameplate_ingestion.call import Call, Screen
from nameplate_ingestion.server.chunked import ChunkedBody
from nameplate_ingestion.server.head import CHUNKED, Head, read_head
from nameplate_ingestion.server.limits import ServerLimits
from nameplate_ingestion.server.sized import SizedBody
from nameplate_ingestion.server.unserved import Screened, Unserved, UnservedRequest

_HEAD_END = b"\r\n\r\n"
_GET = re.compile(rb"GET (/[!-~]*)")
_LINE_MARGIN = 64
"""Method, version and spaces beside the target."""


class Request(NamedTuple):
    """A request that was read whole, and what its answer must know of it."""

    call: Call
    persistent: bool
    http11: bool


class Stage(Enum):
    """How far the next request has come."""

    IDLE = 0
    HEAD = 1
    BODY = 2


class RequestReader:
    """Cuts the stream itself, so that no limit depends on how it was split; the parser sees whole heads only."""

    __slots__ = (
        "_at",
        "_body",
        "_head",
        "_kept",
        "_limits",
        "_line",
        "_octets",
        "_peer",
        "_screen",
        "_searched",
        "awaits_continue",
    )

    def __init__(self, kept: AbstractSet[bytes], limits: ServerLimits, peer: str, screen: Screen) -> None:
        """Read from the beginning of a connection with `peer`; `kept` is that of `read_head`."""
        self._screen = screen
        self._kept = kept
        self._limits = limits
        self._line = limits.target + _LINE_MARGIN
        self._peer = peer
        self._octets = b""
        self._at = 0
        self._searched = 0
        self._head: Head | None = None
        self._body: SizedBody | ChunkedBody | None = None
        self.awaits_continue = False
        """The client holds its body back until it is told to go on."""

    @property
    def stage(self) -> Stage:
        """How far the next request has come."""
        if self._head is not None:
            return Stage.BODY
        return Stage.HEAD if self._at < len(self._octets) else Stage.IDLE

    @property
    def begun(self) -> Call | None:
        """The request that is being read, so far: its head, or what shows of a GET's target before that is whole."""
        if self._head is not None:
            return self._call(self._head, b"")
        shown = _GET.match(self._octets, self._at, self._at + self._line)
        return Call(b"GET", shown[1], b"", {}, b"", self._peer) if shown else None

    @property
    def held(self) -> int:
        """Octets that came and are in no request yet."""
        return len(self._octets) - self._at + (self._body.held if self._body is not None else 0)

    def forget(self) -> None:
        """Let go of all octets, for nothing will be read any more."""
        self._octets, self._at = b"", 0
        self._head = self._body = None

    def feed(self, octets: bytes) -> None:
        """Take what came from the client."""
        if self._at < len(self._octets):
            octets = self._octets[self._at :] + octets
            self._searched -= self._at
        else:
            self._searched = 0
        self._octets, self._at = octets, 0

    def read(self) -> Request | None:
        """Return the next request, or None if more octets are needed. UnservedRequest and Screened are the end."""
        if self._head is None:
            if self._at == len(self._octets):
                return None
            head = self._read_head()
            if head is None:
                return None
            end = self._at + head.length
            if head.length != CHUNKED and end <= len(self._octets):
                # The usual case: the body came together with its head.
                body = self._octets[self._at : end]
                self._use(end)
                method, target, host, headers, _, persistent, http11, _ = head
                return Request(Call(method, target, host, headers, body, self._peer), persistent, http11)
            self._begin_body(head)
        return self._read_body()

    def _use(self, end: int) -> None:
        """Go on behind `end`, and hold nothing for a client that is idle."""
        if end == len(self._octets):
            self._octets, end = b"", 0
        self._at = self._searched = end

    def _read_head(self) -> Head | None:
        # Empty lines in front of a request are left over from a body (RFC 9112, 2.2).
        while self._octets.startswith(b"\r\n", self._at):
            self._at += 2
        end = self._octets.find(_HEAD_END, max(self._at, self._searched - 3))
        if end < 0:
            self._check_start(len(self._octets))
            self._searched = len(self._octets)
            return None
        end += 4
        if end - self._at > self._line:
            self._check_start(end)
        try:
            head = read_head(self._octets[self._at : end], self._kept, self._limits)
        except UnservedRequest:
            self._check_start(end)
            raise
        self._at = self._searched = end
        if head.length > self._limits.body:
            raise UnservedRequest(Unserved.BODY_TOO_LARGE, self._call(head, b""))
        return head

    def _check_start(self, end: int) -> None:
        """Refuse what is no head or will become none, in the same words however far it has come."""
        if end - self._at > self._line and self._octets.find(b"\n", self._at, self._at + self._line) < 0:
            raise UnservedRequest(Unserved.TARGET_TOO_LONG)
        begin = max(self._at, self._searched)
        most = min(end, self._at + self._limits.head)
        # The CR of the first LF may have come before.
        if self._octets.count(b"\n", begin, most) != self._octets.count(b"\r\n", max(self._at, begin - 1), most):
            raise UnservedRequest(Unserved.MALFORMED)
        if end > most:
            raise UnservedRequest(Unserved.HEAD_TOO_LARGE)

    def _begin_body(self, head: Head) -> None:
        call = self._call(head, b"")
        reply = self._screen(call, None if head.length == CHUNKED else head.length)
        if reply is not None:
            raise Screened(reply, call)
        self._head = head
        self._body = ChunkedBody(self._limits.body) if head.length == CHUNKED else SizedBody(head.length)
        self.awaits_continue = head.expects_continue

    def _read_body(self) -> Request | None:
        head, body = self._head, self._body
        if head is None or body is None or self._at == len(self._octets):
            return None
        self.awaits_continue = False
        octets = self._octets[self._at :] if self._at else self._octets
        try:
            done = body.feed(octets)
        except UnservedRequest as refused:
            raise UnservedRequest(refused.reason, self._call(head, b"")) from None
        if done is None:
            self._use(len(self._octets))
            return None
        data, used = done
        self._use(self._at + used)
        self._head = self._body = None
        return Request(self._call(head, data), head.persistent, head.http11)

    def _call(self, head: Head, body: bytes) -> Call:
        return Call(head.method, head.target, head.host, head.headers, body, self._peer)
