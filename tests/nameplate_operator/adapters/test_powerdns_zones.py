"""PowerDnsZones against a real PowerDNS: what the DNS then answers, and a zone whose making was cut short."""

import contextlib
import sqlite3

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from nameplate_operator.adapters.powerdns_zones import PowerDnsZones
from nameplate_operator.ports import ProviderError, RecordSet
from nameplate_operator.records import address_records, bare_zone
from tests.nameplate_operator.powerdns_server import leave_begun
from tests.world.powerdns import PowerDNS

TOKEN = "abcdefghijklmnopqrstuvwxyz"
NS = ("4hmpyptza6pd.ns1.platform.example", "4hmpyptza6pd.ns2.platform.example")


def asked(server: PowerDNS, name: str, type_: str) -> dns.message.Message:
    return dns.query.udp(dns.message.make_query(name, type_), server.addresses[0], port=server.port, timeout=5)


def answer(server: PowerDNS, name: str, type_: str) -> set[str]:
    reply = asked(server, name, type_)
    assert reply.flags & dns.flags.AA
    return {str(record) for rrset in reply.answer for record in rrset}


def test_name_servers_are_named_below_the_platforms_domain(zones: PowerDnsZones) -> None:
    # echo -n abcdefghijklmnopqrstuvwxyz | sha256sum | xxd -r -p | base32 | tr A-Z a-z | cut -c1-12
    assert zones.nameservers(TOKEN) == tuple(f"ohcibx4t22xc.{group}.platform.example" for group in ("ns1", "ns2"))


async def test_the_dns_answers_for_a_new_zone_at_once(zones: PowerDnsZones, powerdns: PowerDNS, name: str) -> None:
    await zones.create(name, NS, bare_zone(name, TOKEN, NS))
    assert answer(powerdns, name, "NS") == {f"{host}." for host in NS}
    assert answer(powerdns, f"_nameplate.{name}", "TXT") == {f'"{TOKEN}"'}
    assert answer(powerdns, name, "CAA") == {'0 issue ";"'}
    (soa,) = answer(powerdns, name, "SOA")
    assert soa.startswith(f"{NS[0]}. hostmaster.platform.example. ")
    assert soa.endswith(" 10800 3600 1209600 60")
    assert asked(powerdns, f"other-{name}", "NS").rcode() == dns.rcode.REFUSED


async def test_address_records_are_served_and_the_serial_counts_up(
    zones: PowerDnsZones, powerdns: PowerDNS, name: str
) -> None:
    zone = await zones.create(name, NS, bare_zone(name, TOKEN, NS))
    before = answer(powerdns, name, "SOA")
    await zones.write(zone, address_records(name, ["192.0.2.7", "2001:db8::7"], 300))
    for host in (name, f"api.{name}", f"cdn.{name}"):
        assert answer(powerdns, host, "A") == {"192.0.2.7"}
        assert answer(powerdns, host, "AAAA") == {"2001:db8::7"}
    assert answer(powerdns, name, "SOA") != before


async def test_a_write_that_cannot_be_done_whole_is_not_done_at_all(zones: PowerDnsZones, name: str) -> None:
    zone = await zones.create(name, NS, bare_zone(name, TOKEN, NS))
    good, bad = RecordSet(f"api.{name}", "A", 60, ("192.0.2.1",)), RecordSet(f"cdn.{name}", "A", 60, ("no address",))
    with pytest.raises(ProviderError) as caught:
        await zones.write(zone, (good, bad))
    assert caught.value.refused
    assert await zones.find(name) == zone


async def test_a_zone_whose_making_was_cut_short_is_completed_and_served(
    zones: PowerDnsZones, powerdns: PowerDNS, name: str
) -> None:
    leave_begun(powerdns, name, "nameplate:4hmpyptza6pd")
    zone = await zones.create(name, NS, bare_zone(name, TOKEN, NS))
    assert sorted(zone.records) == sorted(bare_zone(name, TOKEN, NS))
    assert answer(powerdns, name, "NS") == {f"{host}." for host in NS}
    before = answer(powerdns, name, "SOA")
    await zones.write(zone, address_records(name, ["192.0.2.7"], 300))
    assert answer(powerdns, name, "SOA") != before


async def test_records_switched_off_at_the_provider_count_as_absent(
    zones: PowerDnsZones, powerdns: PowerDNS, name: str
) -> None:
    await zones.create(name, NS, bare_zone(name, TOKEN, NS))
    with contextlib.closing(sqlite3.connect(powerdns.directory / "pdns.sqlite3")) as database, database:
        database.execute("update records set disabled = 1 where type = 'TXT' and name = ?", (f"_nameplate.{name}",))
    found = await zones.find(name)
    assert found is not None
    assert found.values(f"_nameplate.{name}", "TXT") == ()


async def test_zones_outlive_a_crash_of_the_server(zones: PowerDnsZones, powerdns: PowerDNS, name: str) -> None:
    zone = await zones.create(name, NS, bare_zone(name, TOKEN, NS))
    powerdns.kill()
    with pytest.raises(ProviderError) as caught:
        await zones.find(name)
    assert caught.value.message == "The DNS provider cannot be reached. Wait; it is asked again."
    powerdns.start()
    assert await zones.find(name) == zone
    assert answer(powerdns, name, "NS") == {f"{host}." for host in NS}
