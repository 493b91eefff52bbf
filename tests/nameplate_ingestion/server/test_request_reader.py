"""However the stream of a connection is split, it holds the same requests, and is refused for the same reason."""

from collections.abc import Callable, Iterable
from random import Random

import httptools
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nameplate_ingestion.call import Call
from nameplate_ingestion.server.head import FRAMING
from nameplate_ingestion.server.limits import ServerLimits
from nameplate_ingestion.server.request_reader import RequestReader
from nameplate_ingestion.server.unserved import Unserved, UnservedRequest
from tests.nameplate_ingestion.server.serving import WANTED
from tests.nameplate_ingestion.server.test_refusals import TABLES
from tests.nameplate_ingestion.server.well_formed import PEER, TABLE

GOOD = [row.octets for row in TABLE]
BAD = [case.octets for cases in TABLES.values() for case in cases]
SHORT = [row for rows in (TABLE, *TABLES.values()) for row in rows if len(row.octets) < 10_000]
KEPT = FRAMING | WANTED


def read(pieces: Iterable[bytes]) -> tuple[list[Call], Unserved | None]:
    """Return the calls of a connection that sends these pieces, and why it was refused if it was."""
    reader = RequestReader(KEPT, ServerLimits(), PEER, lambda *_: None)
    calls: list[Call] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            while request := reader.read():
                calls.append(request.call)
    except UnservedRequest as refused:
        return calls, refused.reason
    return calls, None


def split(stream: bytes, rng: Random) -> list[bytes]:
    """Cut at random places, often close to each other."""
    at, pieces = 0, []
    longest = rng.choice((1, 3, 30, 3000, 300_000))
    while at < len(stream):
        # A long body octet by octet would take long and show nothing new.
        size = rng.randint(1, longest if len(stream) - at < 20_000 else 300_000)
        pieces.append(stream[at : at + size])
        at += size
    return pieces


@pytest.mark.soak
def test_random_streams_split_at_random_hold_the_same_requests(
    counted: Callable[[int], list[int]], seed: int, report: Callable[[str, str], None]
):
    streams = counted(10_000)
    for number in streams:
        rng = Random(f"{seed}:{number}")  # noqa: S311 - repeatable, not secret
        stream = b"".join(rng.choices(GOOD, k=rng.randint(0, 4)) + rng.choices(BAD + GOOD, k=1))
        assert read(split(stream, rng)) == read([stream]), number
    report(
        "Streams of requests split at random",
        f"{len(streams):,} streams held the same requests and refusals split as in one piece.",
    )


@pytest.mark.parametrize("octets", [pytest.param(row.octets, id=row.name) for row in SHORT])
def test_octet_by_octet_is_read_as_in_one_piece(octets: bytes):
    assert read(octets[at : at + 1] for at in range(len(octets))) == read([octets])


@given(st.binary(max_size=300))
@example(b"\r\n\r\n")
def test_no_octets_raise_anything_but_a_refusal(octets: bytes):
    read([octets, octets])


PIECES = (
    b"GET |POST |/| HTTP/1.1|\r\n|\r|\n| |\t|:|,|\x00|Host: a|X: y|Content-Length: 3|"
    b"Transfer-Encoding: chunked|Connection: upgrade|Upgrade: x|3\r\nabc\r\n|0"
).split(b"|")


@given(st.lists(st.sampled_from(PIECES), max_size=24).map(b"".join))
def test_what_looks_like_http_raises_nothing_but_a_refusal_and_keeps_within_the_parser(octets: bytes):
    calls, _ = read([b"GET / HTTP/1.1\r\nHost: a\r\n" + octets + b"\r\n\r\n"])
    assert len(calls) <= _messages(b"GET / HTTP/1.1\r\nHost: a\r\n" + octets + b"\r\n\r\n")


def _messages(octets: bytes) -> int:
    """Return how many requests the parser alone begins in this stream."""

    class Begun:
        count = 0

        def on_message_begin(self) -> None:
            self.count += 1

    begun = Begun()
    try:
        httptools.HttpRequestParser(begun).feed_data(octets)
    except httptools.HttpParserUpgrade:
        # From here on the parser reads nothing; every line could be a request.
        return octets.count(b"\r\n")
    except httptools.HttpParserError:
        pass
    return begun.count
