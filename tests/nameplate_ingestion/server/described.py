"""A handler whose answer tells what it was called with, and the granian program that serves it."""

from nameplate_ingestion.call import Answer, Call, Reply
from tests.nameplate_ingestion.server.rsgi import RsgiApplication
from tests.nameplate_ingestion.server.serving import WANTED, refuse


def describe(call: Call, answer: Answer) -> None:
    """Tell the call, with one header of the answer for each that it has, under another name."""
    shown = call._replace(body=call.body[:100] + b" of %d" % len(call.body), headers=dict(sorted(call.headers.items())))
    answer(Reply(203 if call.method == b"PUT" else 200, ((b"X-Described", b"yes"),), repr(shown).encode()))


app = RsgiApplication(describe, refuse, WANTED)
