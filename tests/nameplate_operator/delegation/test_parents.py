"""Does any parent server still delegate a name to us: what each said, and what follows."""

import pytest

from nameplate_operator.delegation.facts import Facts, ParentAnswer, View
from nameplate_operator.delegation.parents import still_delegates
from nameplate_operator.ports import ProviderError, Server

OURS = ("a.ns1.nameplate.example", "a.ns2.nameplate.example")
REFERRAL, NODATA, NXDOMAIN = View.REFERRAL, View.NODATA, View.NXDOMAIN


def facts(*answers, reached=True, missing=""):
    parents = tuple(
        ParentAnswer(Server(f"ns{n}.acme.com", f"192.0.2.{n}"), view, nameservers)
        for n, (view, nameservers) in enumerate(answers)
    )
    return Facts("cdp.acme.com", zone="acme.com", reached=reached, missing=missing, parents=parents)


KNOWN = {
    "all deny the name": (facts((NXDOMAIN, ()), (NODATA, ())), False),
    "all refer to us": (facts((REFERRAL, OURS), (REFERRAL, OURS)), True),
    "one still refers to us": (facts((NXDOMAIN, ()), (REFERRAL, OURS)), True),
    "one of our servers is left": (facts((REFERRAL, (OURS[0], "ns.elsewhere.example"))), True),
    "one refers to us while another is silent": (facts((REFERRAL, OURS), (View.SILENT, ())), True),
    "delegated to somebody else": (facts((REFERRAL, ("ns.elsewhere.example",))), False),
    "the parent serves the name with our servers in it": (facts((View.HOSTED, OURS)), True),
    "the name is an alias": (facts((View.ALIAS, ())), False),
    "a name above does not exist": (facts((NXDOMAIN, ()), (NXDOMAIN, ()), reached=False, missing="acme.com"), False),
}


@pytest.mark.parametrize(("seen", "expected"), KNOWN.values(), ids=KNOWN)
def test_known(seen, expected):
    assert still_delegates(seen, OURS) is expected


UNKNOWN = {
    "one is silent": facts((NXDOMAIN, ()), (View.SILENT, ())),
    "one is lame": facts((NODATA, ()), (View.LAME, ())),
    "one fails": facts((View.FAILED, ())),
    "no server is known": facts(),
    "the parent was not reached": facts(reached=False),
    "a name above is missing, and no server was heard": facts(reached=False, missing="acme.com"),
    "a name above is missing by one, the other is silent": facts(
        (NXDOMAIN, ()), (View.SILENT, ()), reached=False, missing="acme.com"
    ),
}


@pytest.mark.parametrize("seen", UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_is_never_no(seen):
    with pytest.raises(ProviderError) as raised:
        still_delegates(seen, OURS)
    assert raised.value.reason == "ParentUnreachable"
