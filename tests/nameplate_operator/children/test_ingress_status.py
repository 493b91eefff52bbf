"""Where an Ingress is, read from statuses of which any controller may have written anything."""

from typing import Any

import pytest

from nameplate_operator.children.ingress_status import shown


def ingress(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"status": {"loadBalancer": {"ingress": list(entries)}}}


ELB = "web-1.eu-west-1.elb.amazonaws.com"


@pytest.mark.parametrize(
    ("live", "addresses", "hostnames"),
    [
        pytest.param(None, (), (), id="no Ingress"),
        pytest.param({}, (), (), id="no status"),
        pytest.param({"status": {"loadBalancer": None}}, (), (), id="status of nothing"),
        pytest.param(ingress({"ip": "192.0.2.1"}), ("192.0.2.1",), (), id="an address"),
        pytest.param(ingress({"ip": "2001:DB8:0::1"}), ("2001:db8::1",), (), id="in its short form"),
        pytest.param(ingress({"ip": "192.0.2.1"}, {"ip": "192.0.2.1"}), ("192.0.2.1",), (), id="one address twice"),
        pytest.param(ingress({"hostname": f"{ELB.upper()}."}), (), (ELB,), id="a host name as people write it"),
        pytest.param(ingress({"ip": "192.0.2.1", "hostname": ELB}), ("192.0.2.1",), (ELB,), id="both"),
        pytest.param(ingress({"ip": "nowhere"}, {"hostname": "a b"}, {"hostname": ""}), (), (), id="neither is valid"),
        pytest.param(
            ingress(*({"ip": f"192.0.2.{number}"} for number in range(100, 140))),
            tuple(f"192.0.2.{number}" for number in range(100, 116)),
            (),
            id="more addresses than any load balancer has",
        ),
        pytest.param(
            ingress(*({"hostname": f"{letter}.example.com"} for letter in "cab")),
            (),
            ("a.example.com", "b.example.com"),
            id="more host names than are followed",
        ),
    ],
)
def test_what_an_ingress_shows(
    live: dict[str, Any] | None, addresses: tuple[str, ...], hostnames: tuple[str, ...]
) -> None:
    assert shown(live) == (addresses, hostnames)
