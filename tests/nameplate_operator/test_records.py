"""The records that we put into a zone."""

import pytest

from nameplate_api.hostname import hosts
from nameplate_operator.ports import RecordSet
from nameplate_operator.records import address_records, bare_zone, difference

NS = ("x7.ns1.platform.example", "x7.ns2.platform.example")


def test_a_bare_zone_holds_name_servers_token_and_caa_and_nothing_else() -> None:
    assert bare_zone("cdp.acme.com", "t0k3n", NS) == (
        RecordSet("cdp.acme.com", "NS", 3600, NS),
        RecordSet("_nameplate.cdp.acme.com", "TXT", 60, ("t0k3n",)),
        RecordSet("cdp.acme.com", "CAA", 3600, ('0 issue ";"',)),
    )


def test_three_hosts_are_served() -> None:
    assert hosts("cdp.acme.com") == ("cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com")


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        pytest.param((), {}, id="none"),
        pytest.param(("192.0.2.1",), {"A": ("192.0.2.1",)}, id="IPv4"),
        pytest.param(("2001:DB8:0::1",), {"AAAA": ("2001:db8::1",)}, id="IPv6 in its short form"),
        pytest.param(
            ("192.0.2.10", "2001:db8::1", "192.0.2.9", "192.0.2.10"),
            {"A": ("192.0.2.9", "192.0.2.10"), "AAAA": ("2001:db8::1",)},
            id="both, in order and each once",
        ),
    ],
)
def test_every_host_leads_to_the_addresses_by_family(
    addresses: tuple[str, ...], expected: dict[str, tuple[str, ...]]
) -> None:
    wanted = {
        RecordSet(host, type_, 300, values)
        for host in ("cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com")
        for type_, values in expected.items()
    }
    assert set(address_records("cdp.acme.com", addresses, 300)) == wanted


def test_the_difference_puts_what_is_missing_or_other_and_removes_the_rest() -> None:
    kept, other, gone, new = (RecordSet(f"{host}.acme.com", "A", 300, ("192.0.2.1", "192.0.2.2")) for host in "kogn")
    live = (RecordSet(kept.name, "A", 300, kept.values[::-1]), RecordSet(other.name, "A", 60, other.values), gone)
    assert difference(live, (kept, other, new)) == ((other, new), (gone,))
    assert difference(live, live) == ((), ())
