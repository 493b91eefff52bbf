"""What each part of the way of one event takes of the processor, in this process, with nobody else about."""

import time
from collections.abc import Callable

import uvloop

from bench.ingestion.parts_in_loop import forward, log, serve
from bench.ingestion.service import DOMAIN, SOURCE, WRITE_KEY
from nameplate_api.sources import Durability, SourceType
from nameplate_ingestion.admission.respond import WANTED_HEADERS, respond
from nameplate_ingestion.call import Call
from nameplate_ingestion.delivery.events import deliveries
from nameplate_ingestion.position import Position
from nameplate_ingestion.record import decode, encode
from nameplate_ingestion.server.head import FRAMING, read_head
from nameplate_ingestion.server.limits import ServerLimits
from nameplate_ingestion.tenant import Source, Tenant

TIMES = 2000
_ATTEMPTS = 5
_GROUP = 64
_HOST = f"api.{DOMAIN}"
_BODY = (
    '{"type":"track","event":"Order Completed","userId":null,"anonymousId":"f3e0c8a1-5b7d-4a7c-9a52-0f5ad2b6c1de",'
    '"messageId":"ajs-next-1764041234567-5b7d4a7c","timestamp":"2026-11-25T03:22:25.123Z",'
    f'"sentAt":"2026-11-25T03:22:25.456Z","writeKey":"{WRITE_KEY}","integrations":{{}},'
    '"context":{"library":{"name":"analytics.js","version":"next-1.84.3"},"locale":"en-GB"},'
    f'"properties":{{"orderId":"1234","total":30.5,"products":["{"x" * 1600}"]}}}}'
).encode()
_WANTED = "Authorization: Basic azN5Og==\r\nOrigin: https://www.acme.com\r\nX-Forwarded-For: 198.51.100.7\r\n"
_OTHERS = "".join(f"Sec-Ch-Ua-{number}: a value of ordinary length, as browsers send\r\n" for number in range(15))
_HEAD = f"POST /v1/t HTTP/1.1\r\nHost: {_HOST}\r\n{_WANTED}{_OTHERS}Content-Length: {len(_BODY)}\r\n\r\n".encode()


def parts_table(times: int = TIMES) -> str:
    """Return microseconds per event as a Markdown table; `times` is a multiple of 64."""
    lines = ["| part | µs per event |", "|---|---:|"]
    return "\n".join([*lines, *(f"| {what} | {found:.1f} |" for what, found in _measure(times))])


def _measure(times: int) -> list[tuple[str, float]]:
    kept, limits = FRAMING | WANTED_HEADERS, ServerLimits()
    source = Source(SOURCE, SourceType.ANALYTICS_JS, Durability.DISK)
    tenant = Tenant(DOMAIN, "0", "0", (_HOST,), {WRITE_KEY.encode(): source})
    head = read_head(_HEAD, kept, limits)
    call = Call(head.method, head.target, head.host, head.headers, _BODY, "127.0.0.1")
    keep = respond(call, {_HOST.encode(): tenant}, time.time()).keep
    if keep is None:
        raise RuntimeError("the event was not taken")
    octets, position = encode(keep.record), Position(0, 0)
    reading = _each(lambda: read_head(_HEAD, kept, limits), times)
    served = min(uvloop.run(serve(_HEAD + _BODY, WANTED_HEADERS, times)) for _ in range(_ATTEMPTS))
    final = _each(lambda: list(deliveries(position, decode(octets), DOMAIN)), times)
    forwarded = min(uvloop.run(forward(octets, DOMAIN, times)) for _ in range(_ATTEMPTS))
    return [
        ("read a head of 20 headers", reading),
        ("cut the request out, keep its turn, write its answer", served - reading),
        ("admit the event, make the reply", _each(lambda: respond(call, {_HOST.encode(): tenant}, time.time()), times)),
        ("encode the record", _each(lambda: encode(keep.record), times)),
        (f"log it, synced, {_GROUP} at a time", uvloop.run(log(octets, times, _GROUP))),
        ("decode it, make the final event", final),
        ("keep its person's order, batch and settle it", forwarded - final),
    ]


def _each(run: Callable[[], object], times: int) -> float:
    def once() -> float:
        began = time.process_time()
        for _ in range(times):
            run()
        return (time.process_time() - began) / times * 1e6

    return min(once() for _ in range(_ATTEMPTS))
