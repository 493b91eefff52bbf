"""One client's connection: octets to requests, answers in their order, and an end in good time."""

import asyncio
import socket
import struct
from collections import deque
from math import inf
from typing import Final, cast

from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.server.context import ServerContext
from nameplate_ingestion.server.exchange import Exchange
from nameplate_ingestion.server.reply_octets import CLOSE, CONTINUE, KEEP_ALIVE
from nameplate_ingestion.server.request_reader import RequestReader, Stage
from nameplate_ingestion.server.unserved import Screened, Unserved, UnservedRequest

_RESET: Final = struct.pack("ii", 1, 0)
_MOST_HELD: Final = 64 * 1024
"""Octets of answers that may lie here before the connection reads no more; it goes on once all of them are gone."""


class Connection(asyncio.Protocol):
    """Reads on while answers are due, up to a bound; answers leave in the order of their requests."""

    def __init__(self, context: ServerContext) -> None:
        """Serve one connection of `context`."""
        self._context = context
        self._exchanges: deque[Exchange] = deque()
        self._advancing = False
        self._paused = False
        self._input_done = False
        """Nothing that comes now is a request of this connection."""
        self._ended = False
        """The client will send no more."""
        self._lingers_since = inf
        # The time of the first head runs from the beginning.
        self._stage = Stage.HEAD
        self._read_due = self._write_due = inf
        self.due = inf
        """When this connection is late, on the loop's clock."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to count the time until the first request."""
        context = self._context
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_MOST_HELD, low=0)
        peer = transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) else ""
        self._reader = RequestReader(context.kept, context.limits, address, context.screen)
        context.enter(self)
        self._allow(context.deadlines.head_timeout)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget everything; answers that come now go nowhere."""
        self._context.leave(self)
        self._let_go()
        self._input_done = True
        self._lingers_since = -inf
        self._exchanges.clear()

    def data_received(self, data: bytes) -> None:
        """Take octets; behind the last request of the connection they mean nothing."""
        if not self._input_done:
            self._reader.feed(data)
            self._advance()

    def eof_received(self) -> bool:
        """Answer what is due, then close; a request cut short is none."""
        self._ended = True
        self._advance()
        return bool(self._exchanges)

    def pause_writing(self) -> None:
        """Read no more until the client takes its answers."""
        self._write_due = self._context.loop.time() + self._context.deadlines.write_timeout
        self.due = min(self._read_due, self._write_due)

    def resume_writing(self) -> None:
        """Go on: the client took its answers."""
        self._write_due = inf
        self.due = self._read_due
        self._advance()

    def expire(self, now: float) -> None:
        """Be late: end what cannot be answered, and answer what was begun."""
        if self._write_due <= now:
            self.abort()
        elif self._lingers_since < inf:
            last = self._lingers_since + self._context.deadlines.write_timeout
            if self._transport.get_write_buffer_size() and now < last:
                self.due = last
            else:
                self.abort()
        elif self._reader.stage is Stage.IDLE:
            self._finish()
        else:
            self._refuse(Unserved.SLOW, self._reader.begun)

    def retire(self) -> None:
        """End now if nothing was begun; else the answer to it ends the connection."""
        if not self._exchanges and self._reader.stage is Stage.IDLE and self._lingers_since == inf:
            self._finish()

    def give_way(self) -> None:
        """End: others need the place of what lies here."""
        if self._write_due < inf:
            self.abort()
        else:
            self._refuse(Unserved.BUSY, self._reader.begun)

    def abort(self) -> None:
        """End at once, so that the kernel too forgets what the client did not take."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()

    def _advance(self) -> None:
        """Hand the requests that are here to the handler, as many as may be under way at a time."""
        if self._advancing:
            return
        self._advancing = True
        context, exchanges = self._context, self._exchanges
        free = context.limits.pipelined - len(exchanges)
        served = 0
        request = None
        try:
            while served < free and not self._input_done and self._write_due == inf:
                request = self._reader.read()
                if request is None:
                    break
                served += 1
                call, persistent, http11 = request
                self._input_done = not persistent
                exchange = Exchange(self, persistent=persistent, http11=http11, bodiless=call.method == b"HEAD")
                exchanges.append(exchange)
                context.handler(call, exchange.answer)
        except UnservedRequest as refused:
            self._refuse(refused.reason, refused.call or self._reader.begun)
        except Screened as screened:
            self._end_with(screened.reply, screened.call)
        finally:
            self._advancing = False
        if self._input_done:
            self._let_go()
            if self._lingers_since == inf:
                # The client has nothing more to do, and whoever has the request may take any time.
                self._allow(inf)
            return
        if served < free and self._write_due == inf:
            self._await_more(moved=served > 0)
        else:
            self._hold(again=len(exchanges) < context.limits.pipelined)
        context.unfinished.weigh(self, self._reader.held, context.limits.held)

    def _let_go(self) -> None:
        self._reader.forget()
        self._context.unfinished.release(self)

    def _await_more(self, *, moved: bool) -> None:
        """All that came was read: say until when there must be more."""
        if self._ended:
            self._input_done = True
            if not self._exchanges:
                self._finish()
            return
        stage = self._reader.stage
        # Empty lines make an idle client no busier: they move no deadline.
        if moved or self._paused or stage not in (self._stage, Stage.IDLE):
            self._stage = stage
            self._allow(self._context.time_for(stage, owes=bool(self._exchanges)))
        if self._paused:
            self._resume()
        if self._reader.awaits_continue and not self._exchanges:
            self._await_client()

    def _hold(self, *, again: bool) -> None:
        """Read no more from a client that has enough under way."""
        if not self._paused:
            self._paused = True
            self._allow(inf)
            self._transport.pause_reading()
        if again and self._write_due == inf:
            # Others shall have their turn between two bursts of one client.
            self._context.loop.call_soon(self._advance)

    def flush(self) -> None:
        """Send the answers whose turn it is."""
        exchanges = self._exchanges
        while exchanges and (reply := exchanges[0].reply) is not None:
            exchange = exchanges.popleft()
            last = not (exchange.persistent and (exchanges or self._goes_on()))
            line = CLOSE if last else b"" if exchange.http11 else KEEP_ALIVE
            self._context.writer.write(self._transport, reply, line, bodiless=exchange.bodiless)
            if last:
                exchanges.clear()
                self._finish()
                return
        if self._advancing:
            return
        if self._paused:
            self._advance()
        elif not exchanges and not self._input_done:
            self._await_client()

    def _goes_on(self) -> bool:
        """Tell whether more than the answers due may come of this connection."""
        if self._input_done:
            return False
        return not self._context.draining or self._reader.stage is not Stage.IDLE

    def _await_client(self) -> None:
        """Nothing is owed: it is the client's turn."""
        if self._reader.awaits_continue:
            self._reader.awaits_continue = False
            self._transport.write(CONTINUE)
        elif self._reader.stage is Stage.IDLE:
            self._allow(self._context.deadlines.idle_timeout)

    def _refuse(self, reason: Unserved, call: Call | None) -> None:
        """Answer, after those before, that this cannot be answered, and read no more."""
        self._end_with(self._context.refuse(reason, call), call)

    def _end_with(self, reply: Reply, call: Call | None) -> None:
        self._input_done = True
        self._let_go()
        self._allow(inf)
        bodiless = call is not None and call.method == b"HEAD"
        exchange = Exchange(self, persistent=False, http11=True, bodiless=bodiless)
        self._exchanges.append(exchange)
        exchange.answer(reply)

    def _finish(self) -> None:
        """Send what is left, then wait for the client to close: a close with unread octets would destroy the answer."""
        self._input_done = True
        self._lingers_since = self._context.loop.time()
        self._allow(self._context.deadlines.linger_timeout)
        if self._ended or not self._transport.can_write_eof():
            self._transport.close()
        else:
            self._transport.write_eof()
            self._resume()

    def _allow(self, seconds: float) -> None:
        due = self._read_due = self._context.loop.time() + seconds
        self.due = min(self._write_due, due)

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
