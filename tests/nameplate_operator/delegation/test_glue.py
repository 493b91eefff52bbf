"""Whether the glue above agrees with the zone's own addresses: by families, and with hosts that have many addresses."""

from dataclasses import dataclass

import pytest

from nameplate_operator.delegation.glue import disowned
from nameplate_operator.delegation.inquiry import Inquiry
from nameplate_operator.delegation.walk import Walk
from nameplate_operator.ports import Cut, CutCache, Question, RecordSet, Reply, Server

NS = "ns1.acme.com"


def v4(*numbers: int) -> tuple[str, ...]:
    return tuple(f"192.0.2.{number}" for number in numbers)


def v6(*numbers: int) -> tuple[str, ...]:
    return tuple(f"2001:db8::{number}" for number in numbers)


@dataclass
class Zone:
    """Answers as the zone's own server does."""

    addresses: tuple[str, ...]
    roots: tuple[Server, ...] = ()

    async def ask(self, question: Question, server: Server) -> Reply:
        values = tuple(each for each in self.addresses if (":" in each) == (question.type == "AAAA"))
        answer = (RecordSet(question.name, question.type, 300, values),) if values else ()
        return Reply("NOERROR", authoritative=True, answer=answer)


@pytest.mark.parametrize(
    ("given", "own", "differ"),
    [
        pytest.param(v4(1), v4(1), False, id="the same"),
        pytest.param(v4(1), v4(2), True, id="another"),
        pytest.param(v4(1), v4(1, 2), True, id="one is not given along"),
        pytest.param(v4(1), v4(1) + v6(1), False, id="a family is not given along"),
        pytest.param(v4(1) + v6(1), v4(1) + v6(2), True, id="one family differs"),
        pytest.param(v4(1, 2, 3, 4, 5), v4(5, 4, 3, 2, 1), False, id="five of a family"),
        pytest.param(v4(1) + v6(*range(1, 14)), v4(1) + v6(*range(1, 14)), False, id="thirteen of the other"),
        pytest.param(v4(1, 2, 3, 4, 5), v4(2, 3, 4, 5), True, id="five, of which one is old"),
    ],
)
async def test_the_glue_is_compared_with_what_the_zone_says(given: tuple[str, ...], own: tuple[str, ...], differ: bool):
    cut = Cut("acme.com", (NS,), tuple((NS, address) for address in given))
    async with Inquiry(Zone(own), 5) as inquiry:
        hosts = await Walk(inquiry, CutCache()).hosts(cut)
        assert await disowned(inquiry, cut.zone, hosts, (Server(NS, given[0]),)) == ((NS,) if differ else ())
