"""What is remembered of zone cuts, and for how long."""

from nameplate_operator.ports import Cut, CutCache, Server
from nameplate_operator.ports.expiring import Expiring

ROOTS = (Server("a.root", "192.0.2.1"), Server("b.root", "192.0.2.2"), Server("a.root", "2001:db8::1"))


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_root_is_a_cut_like_any_other() -> None:
    root = Cut.root(ROOTS)
    assert (root.zone, root.nameservers) == ("", ("a.root", "b.root"))
    assert root.addresses("a.root") == ("192.0.2.1", "2001:db8::1")
    assert root.addresses("c.root") == ()


def test_cuts_above_a_name_come_topmost_first_and_end_with_their_ttl() -> None:
    clock = Clock()
    cache = CutCache(clock)
    com, acme = Cut("com", ("a.gtld",), ttl=1000), Cut("acme.com", ("ns1.acme.com",), ttl=300)
    for cut in (acme, com, Cut("cdp.acme.com", ("x",), ttl=300), Cut("other.com", ("x",), ttl=300)):
        cache.put(cut)
    assert cache.above("cdp.acme.com") == (com, acme)
    clock.now = 300
    assert cache.above("cdp.acme.com") == (com,)
    cache.forget("cdp.acme.com")
    assert cache.above("cdp.acme.com") == ()


def test_nothing_is_good_for_more_than_six_hours_or_without_a_ttl() -> None:
    clock = Clock()
    memory: Expiring[str] = Expiring(clock)
    memory.put("long", "value", 10**9)
    memory.put("none", "value", 0)
    assert (memory.get("long"), memory.get("none"), memory.get("other")) == ("value", None, None)
    clock.now = 6 * 3600
    assert memory.get("long") is None


def test_the_memory_is_bounded() -> None:
    memory: Expiring[int] = Expiring(Clock())
    for index in range(20_001):
        memory.put(str(index), index, 60)
    assert (memory.get("0"), memory.get("1"), memory.get("20000")) == (None, 1, 20000)
