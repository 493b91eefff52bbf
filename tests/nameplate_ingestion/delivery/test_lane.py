"""What a lane gives out at once."""

import pytest

from nameplate_ingestion.delivery.lane import Lane
from nameplate_ingestion.delivery.sink import BatchLimits, Delivery
from nameplate_ingestion.position import Position

ANY = BatchLimits(deliveries=3, octets=1000)
ONE = BatchLimits(deliveries=3, octets=1000, one_source=True)


def a_lane(words):
    """Return a lane of deliveries, each written as source, user and number."""
    lane = Lane()
    for word in words.split():
        source, user, number = word
        lane.add(Delivery(Position(1, int(number)), "acme.example", source, user, number, b"x" * 100))
    return lane


def shown(batch):
    return " ".join(delivery.source + delivery.user + delivery.message_id for delivery in batch)


@pytest.mark.parametrize(
    ("limits", "words", "batches"),
    [
        pytest.param(ANY, "Wa1 Ab2 Wa3 Wc4 Wa5", ["Wa1 Ab2 Wa3", "Wc4 Wa5"], id="in order"),
        pytest.param(ANY._replace(octets=250), "Wa1 Ab2 Wa3", ["Wa1 Ab2", "Wa3"], id="within the octets"),
        pytest.param(ANY._replace(octets=50), "Wa1 Ab2", ["Wa1", "Ab2"], id="one at least"),
        pytest.param(ONE, "Wa1 Ab2 Wc3 Ad4 Wc5", ["Wa1 Wc3 Wc5", "Ab2 Ad4"], id="one source"),
        pytest.param(ONE, "Wa1 Aa2 Wa3 Wb4", ["Wa1 Wb4", "Aa2", "Wa3"], id="one source, a user's order kept"),
        pytest.param(ONE, "Wa1 Wb2 Wc3 Wd4 Ae5", ["Wa1 Wb2 Wc3", "Wd4", "Ae5"], id="one source, no more than wanted"),
    ],
)
async def test_batches(limits, words, batches):
    lane = a_lane(words)
    assert [shown(await lane.take(limits)) for _ in batches] == batches
    assert not lane._waiting
