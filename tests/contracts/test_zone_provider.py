"""What every ZoneProvider does: PowerDNS, and the one in memory that tables are tested with."""

import asyncio
from collections.abc import Callable

import pytest

from nameplate_operator.ports import Conflict, ProviderError, RecordSet, Zone, ZoneProvider
from tests.nameplate_operator.memory_ports import MemoryZones
from tests.nameplate_operator.powerdns_server import leave_begun
from tests.world.powerdns import PowerDNS

Begin = Callable[[str, str], None]
"""Leaves a zone of a name whose making for a token was cut short, for the token "" one that nobody marked."""
TOKEN = "abcdefghijklmnopqrstuvwxyz"
NS = ("x7.ns1.platform.example", "x7.ns2.platform.example")


def own(name: str) -> tuple[RecordSet, ...]:
    return (
        RecordSet(name, "NS", 3600, NS),
        RecordSet(f"_nameplate.{name}", "TXT", 60, ("t0k3n",)),
        RecordSet(name, "CAA", 3600, ('0 issue ";"',)),
    )


class Contract:
    """The contract; a subclass gives ``provider``."""

    async def test_a_zone_that_nobody_made_is_absent(self, provider: ZoneProvider, name: str) -> None:
        assert await provider.find(name) is None

    async def test_a_zone_is_found_as_it_was_created(self, provider: ZoneProvider, name: str) -> None:
        created = await provider.create(name, NS, own(name))
        found = await provider.find(name)
        assert found == created
        assert found is not None
        assert (found.name, found.nameservers) == (name, NS)
        assert sorted(found.records) == sorted(own(name))

    async def test_a_zone_is_not_found_by_the_names_around_it(self, provider: ZoneProvider, name: str) -> None:
        await provider.create(name, NS, own(name))
        assert await provider.find(f"api.{name}") is None
        assert await provider.find(name.partition(".")[2]) is None

    async def test_the_zone_of_the_longest_custom_domain_carries_its_token(
        self, provider: ZoneProvider, name: str
    ) -> None:
        longest = ".".join(["a" * 63] * 3 + ["a" * (242 - 3 * 64 - 1 - len(name)), name])
        assert len(longest) == 242
        await provider.create(longest, NS, own(longest))
        found = await provider.find(longest)
        assert found is not None
        assert found.values(f"_nameplate.{longest}", "TXT") == ("t0k3n",)

    async def test_creating_it_again_is_a_conflict_and_changes_nothing(self, provider: ZoneProvider, name: str) -> None:
        created = await provider.create(name, NS, own(name))
        others = (RecordSet(name, "NS", 60, ("other.example",)),)
        with pytest.raises(Conflict):
            await provider.create(name, ("other.example",), others)
        assert await provider.find(name) == created

    async def test_of_many_that_create_it_at_once_one_zone_comes(self, provider: ZoneProvider, name: str) -> None:
        racers = [provider.create(name, NS, own(name)) for _ in range(8)]
        outcomes = await asyncio.gather(*racers, return_exceptions=True)
        made = [outcome for outcome in outcomes if isinstance(outcome, Zone)]
        assert made
        assert all(isinstance(outcome, ProviderError) for outcome in outcomes if outcome not in made)
        found = await provider.find(name)
        assert all(zone == found for zone in made)
        assert found is not None
        assert sorted(found.records) == sorted(own(name))

    async def test_one_write_puts_some_sets_and_removes_others(self, provider: ZoneProvider, name: str) -> None:
        zone = await provider.create(name, NS, own(name))
        old = RecordSet(f"api.{name}", "AAAA", 300, ("2001:db8::1",))
        await provider.write(zone, (old,))
        new = RecordSet(f"api.{name}", "A", 300, ("192.0.2.1", "192.0.2.2"))
        await provider.write(zone, (new,), (old,))
        found = await provider.find(name)
        assert found is not None
        assert sorted(found.records) == sorted((*own(name), new))

    async def test_writing_what_stands_already_changes_nothing(self, provider: ZoneProvider, name: str) -> None:
        zone = await provider.create(name, NS, own(name))
        await provider.write(zone, own(name), (RecordSet(f"api.{name}", "A", 300, ("192.0.2.1",)),))
        assert await provider.find(name) == zone

    async def test_other_name_servers_written_are_found(self, provider: ZoneProvider, name: str) -> None:
        zone = await provider.create(name, NS, own(name))
        await provider.write(zone, (RecordSet(name, "NS", 60, ("other.example",)),))
        found = await provider.find(name)
        assert found is not None
        assert found.nameservers == ("other.example",)

    async def test_writing_into_a_zone_that_is_gone_is_a_conflict(self, provider: ZoneProvider, name: str) -> None:
        zone = await provider.create(name, NS, own(name))
        await provider.delete(zone)
        with pytest.raises(Conflict):
            await provider.write(zone, (RecordSet(f"api.{name}", "A", 300, ("192.0.2.1",)),))

    async def test_deleting_is_final_and_may_be_repeated(self, provider: ZoneProvider, name: str) -> None:
        zone = await provider.create(name, NS, own(name))
        await provider.delete(zone)
        await provider.delete(zone)
        assert await provider.find(name) is None

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param('say "hi" \\ now', id="quotes and backslashes"),
            pytest.param("grüße;\t\x00", id="octets that are not printable"),
            pytest.param("x" * 600, id="more than one string holds"),
        ],
    )
    async def test_text_comes_back_as_it_was_put(self, provider: ZoneProvider, name: str, text: str) -> None:
        zone = await provider.create(name, NS, own(name))
        await provider.write(zone, (RecordSet(f"_nameplate.{name}", "TXT", 60, (text,)),))
        found = await provider.find(name)
        assert found is not None
        assert found.values(f"_nameplate.{name}", "TXT") == (text,)

    async def test_a_zone_whose_making_was_cut_short_is_known_by_its_token_and_completed(
        self, provider: ZoneProvider, name: str, begin: Begin
    ) -> None:
        begin(name, TOKEN)
        begun = await provider.find(name)
        assert begun is not None
        assert begun.records == ()
        assert provider.is_begun(begun, TOKEN)
        assert not provider.is_begun(begun, "z" * 26)
        made = await provider.create(name, provider.nameservers(TOKEN), own(name))
        assert sorted(made.records) == sorted(own(name))
        assert await provider.find(name) == made
        assert not provider.is_begun(made, TOKEN)

    async def test_a_zone_whose_making_was_cut_short_can_be_deleted(
        self, provider: ZoneProvider, name: str, begin: Begin
    ) -> None:
        begin(name, TOKEN)
        begun = await provider.find(name)
        assert begun is not None
        await provider.delete(begun)
        assert await provider.find(name) is None

    @pytest.mark.parametrize("token", [pytest.param("z" * 26, id="another token's"), pytest.param("", id="nobody's")])
    async def test_an_empty_zone_that_was_not_begun_for_the_token_is_left_alone(
        self, provider: ZoneProvider, name: str, begin: Begin, token: str
    ) -> None:
        begin(name, token)
        empty = await provider.find(name)
        assert empty is not None
        assert not provider.is_begun(empty, TOKEN)
        with pytest.raises(Conflict):
            await provider.create(name, provider.nameservers(TOKEN), own(name))
        assert await provider.find(name) == empty

    async def test_a_whole_zone_of_the_token_is_not_one_that_was_begun(self, provider: ZoneProvider, name: str) -> None:
        made = await provider.create(name, provider.nameservers(TOKEN), own(name))
        assert not provider.is_begun(made, TOKEN)

    async def test_name_servers_are_of_the_token_alone(self, provider: ZoneProvider) -> None:
        one, again, other = (provider.nameservers(token) for token in ("a" * 26, "a" * 26, "b" * 26))
        assert one is not None
        assert other is not None
        assert one == again
        assert len(set(one)) == 2
        assert not set(one) & set(other)


class TestPowerDns(Contract):
    @pytest.fixture
    def provider(self, zones: ZoneProvider) -> ZoneProvider:
        return zones

    @pytest.fixture
    def begin(self, powerdns: PowerDNS) -> Begin:
        # echo -n TOKEN | sha256sum | xxd -r -p | base32 | tr A-Z a-z | cut -c1-12
        labels = {TOKEN: "nameplate:ohcibx4t22xc", "z" * 26: "nameplate:rsphvblqhbyu", "": ""}
        return lambda name, token: leave_begun(powerdns, name, labels[token])


class TestMemory(Contract):
    @pytest.fixture
    def provider(self) -> ZoneProvider:
        return MemoryZones()

    @pytest.fixture
    def begin(self, provider: MemoryZones) -> Begin:
        return provider.begin
