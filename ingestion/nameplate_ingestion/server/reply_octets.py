"""A reply as octets: what it says is put together once and kept, for most answers are alike."""

from asyncio import WriteTransport
from http import HTTPStatus

from nameplate_ingestion.call import Reply

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CLOSE = b"Connection: close\r\n"
KEEP_ALIVE = b"Connection: keep-alive\r\n"
_BODILESS = frozenset({204, 304})
"""Their answers end with the header block, and a length would speak of another answer (RFC 9110, 8.6)."""
_MOST_KEPT = 1024


class ReplyWriter:
    """Writes replies; keeps the head of those it wrote lately."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._heads: dict[tuple[int, tuple[tuple[bytes, bytes], ...]], bytes] = {}
        self.date = b""
        """The Date header line, current to the second."""

    def write(self, transport: WriteTransport, reply: Reply, connection: bytes, *, bodiless: bool) -> None:
        """Send a reply; what it shares with others is not copied."""
        octets = self.octets(reply, connection, bodiless=bodiless)
        if reply.shared and not bodiless:
            transport.writelines((octets, reply.shared, reply.body))
        else:
            transport.write(octets)

    def octets(self, reply: Reply, connection: bytes, *, bodiless: bool) -> bytes:
        """Return status line, headers and the line `connection`; and the body, if it is asked for and stands alone."""
        key = (reply.status, reply.headers)
        head = self._heads.get(key)
        if head is None:
            head = self._keep(key)
        if reply.status in _BODILESS:
            return b"%b%b%b\r\n" % (head, self.date, connection)
        body = b"" if bodiless or reply.shared else reply.body
        length = len(reply.shared) + len(reply.body)
        return b"%bContent-Length: %d\r\n%b%b\r\n%b" % (head, length, self.date, connection, body)

    def _keep(self, key: tuple[int, tuple[tuple[bytes, bytes], ...]]) -> bytes:
        status, headers = key
        if len(self._heads) >= _MOST_KEPT:
            self._heads.clear()
        lines = [b"HTTP/1.1 %d %b\r\n" % (status, _phrase(status))]
        lines += [b"%b: %b\r\n" % header for header in headers]
        head = self._heads[key] = b"".join(lines)
        return head


def _phrase(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
