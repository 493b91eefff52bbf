"""The same handler under granian's RSGI: the reference that our server is compared with, here and in the benchmark.

What a request may look like is granian's business here; only the size of its body is checked. See
https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md for scope and protocol.
"""

import asyncio
from collections.abc import AsyncIterable
from collections.abc import Set as AbstractSet
from typing import Final, Protocol
from urllib.parse import quote

from nameplate_ingestion.call import Call, Handler, Reply
from nameplate_ingestion.server.context import Refuse
from nameplate_ingestion.server.limits import ServerLimits
from nameplate_ingestion.server.target import name_of
from nameplate_ingestion.server.unserved import Unserved, UnservedRequest

_UNQUOTED: Final = "/:@!$&'()*+,;=-._~"
"""What may stand in a path as it is (RFC 3986, 3.3)."""


class _Headers(Protocol):
    def items(self) -> list[tuple[str, str]]: ...


class _Scope(Protocol):
    method: str
    path: str
    query_string: str
    authority: str | None
    client: str
    headers: _Headers


class _Transaction(AsyncIterable[bytes], Protocol):
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


class RsgiApplication:
    """`granian --interface rsgi` serves an instance of this."""

    def __init__(
        self, handler: Handler, refuse: Refuse, wanted: AbstractSet[bytes], limits: ServerLimits | None = None
    ) -> None:
        """Serve `handler` as `Server` does."""
        self._handler = handler
        self._refuse = refuse
        self._wanted = wanted
        self._most = (limits or ServerLimits()).body

    async def __rsgi__(self, scope: _Scope, transaction: _Transaction) -> None:
        """Answer one request."""
        answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        try:
            self._handler(await self._read_call(scope, transaction), answered.set_result)
            reply = await answered
        except UnservedRequest as refused:
            reply = self._refuse(refused.reason, refused.call)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in reply.headers]
        transaction.response_bytes(reply.status, headers, reply.body)

    async def _read_call(self, scope: _Scope, transaction: _Transaction) -> Call:
        fields: dict[bytes, bytes] = {}
        host = b"" if scope.authority is None else scope.authority.encode("latin-1")
        for name, value in ((name.encode(), value.encode("latin-1")) for name, value in scope.headers.items()):
            if name == b"host":
                host = host or value
            if name in self._wanted:
                fields[name] = fields[name] + b", " + value if name in fields else value
        query = f"?{scope.query_string}" if scope.query_string else ""
        # granian has decoded the path already; what was encoded without need comes out as it would have been sent.
        target = f"{quote(scope.path, safe=_UNQUOTED)}{query}".encode("latin-1")
        peer = scope.client.rpartition(":")[0]
        call = Call(scope.method.encode(), target, name_of(host) if host else b"", fields, b"", peer)
        return call._replace(body=await self._read_body(call, transaction))

    async def _read_body(self, call: Call, transaction: _Transaction) -> bytes:
        body = bytearray()
        async for piece in transaction:
            body += piece
            if len(body) > self._most:
                raise UnservedRequest(Unserved.BODY_TOO_LARGE, call)
        return bytes(body)
