"""Which kind of answer a reply is, for the parent's servers and for the zone's own."""

import pytest

from nameplate_operator.delegation.classify import glue, parent_answer, refers_down, service, within
from nameplate_operator.delegation.facts import Service, Silence, View, Why
from nameplate_operator.ports import RecordSet, Reply, Server

NAME, ZONE = "cdp.acme.com", "acme.com"
PARENT = Server("ns1.acme.com", "192.0.2.1")


def ns(owner: str = NAME, *values: str) -> RecordSet:
    return RecordSet(owner, "NS", 300, values or ("ns1.ours.net",))


def soa(owner: str = ZONE) -> RecordSet:
    return RecordSet(owner, "SOA", 300, ("ns1.acme.com. hostmaster.acme.com. 1 2 3 4 5",))


def reply(*answer: RecordSet, rcode: str = "NOERROR", aa: bool = True, authority: tuple[RecordSet, ...] = ()) -> Reply:
    return Reply(rcode, aa, answer, authority)


CNAME = RecordSet(NAME, "CNAME", 300, ("www.other.net",))
DNAME = RecordSet(ZONE, "DNAME", 300, ("other.net",))
NSEC = RecordSet(NAME, "NSEC", 300, ("x.acme.com. NS RRSIG NSEC",))
RRSIG = RecordSet(NAME, "RRSIG", 300, ("NSEC 13 3 300 ...",))

PARENTS: dict[str, tuple[Reply | Silence, View]] = {
    "referral": (reply(aa=False, authority=(ns(),)), View.REFERRAL),
    "referral of a signed zone": (reply(aa=False, authority=(ns(), NSEC, RRSIG)), View.REFERRAL),
    "referral with the name's own records behind others": (reply(aa=False, authority=(ns("com"), ns())), View.REFERRAL),
    "referral with AA set by mistake": (reply(authority=(ns(),)), View.REFERRAL),
    "answer of a hosted zone": (reply(ns()), View.HOSTED),
    "hosted zone that lists no server": (reply(authority=(soa(NAME),)), View.HOSTED),
    "no such name": (reply(rcode="NXDOMAIN", authority=(soa(),)), View.NXDOMAIN),
    "name without NS": (reply(authority=(soa(),)), View.NODATA),
    "name without NS, without SOA": (reply(), View.NODATA),
    "name without NS in a zone between": (reply(authority=(soa(NAME.partition(".")[2]),)), View.NODATA),
    "alias": (reply(CNAME, authority=(soa(),)), View.ALIAS),
    "alias to nowhere": (reply(CNAME, rcode="NXDOMAIN", authority=(soa("other.net"),)), View.ALIAS),
    "redirection": (reply(DNAME, CNAME), View.DNAME),
    "cached answer": (reply(ns(), aa=False), View.LAME),
    "cached denial": (reply(rcode="NXDOMAIN", aa=False, authority=(soa(),)), View.LAME),
    "nothing at all": (reply(aa=False), View.LAME),
    "referral to the root": (reply(aa=False, authority=(ns(""),)), View.LAME),
    "referral to the zone itself": (reply(aa=False, authority=(ns(ZONE),)), View.LAME),
    "referral to elsewhere": (reply(aa=False, authority=(ns("other.net"),)), View.LAME),
    "denial by a zone above": (reply(rcode="NXDOMAIN", authority=(soa("com"),)), View.LAME),
    "denial by another zone": (reply(rcode="NXDOMAIN", authority=(soa("other.net"),)), View.LAME),
    "refusal": (reply(rcode="REFUSED", aa=False), View.LAME),
    "not its zone": (reply(rcode="NOTAUTH", aa=False), View.LAME),
    "failure": (reply(rcode="SERVFAIL", aa=False), View.FAILED),
    "no idea what we ask": (reply(rcode="NOTIMP", aa=False), View.FAILED),
    "failure with records": (reply(ns(), rcode="SERVFAIL"), View.FAILED),
    "silence": (Silence(Why.TIMEOUT), View.SILENT),
}


@pytest.mark.parametrize("said", PARENTS)
def test_the_parent_says(said: str) -> None:
    answer, view = PARENTS[said]
    assert parent_answer(answer, PARENT, NAME, ZONE).view is view


@pytest.mark.parametrize("why", Why)
def test_why_a_parent_is_silent_stays_known(why: Why) -> None:
    assert parent_answer(Silence(why), PARENT, NAME, ZONE).why is why


def test_the_root_is_a_zone_like_any_other() -> None:
    denial = reply(rcode="NXDOMAIN", authority=(soa(""),))
    assert parent_answer(denial, PARENT, "com", "").view is View.NXDOMAIN
    referral = reply(aa=False, authority=(ns("com"),))
    assert parent_answer(referral, PARENT, "com", "").view is View.REFERRAL


def test_addresses_given_along_count_for_named_servers_within_the_zone_alone() -> None:
    names = ("ns1.cdp.acme.com", "ns.acme.com", "ns.evilacme.com", "ns.ours.net")
    given = (*names, "www.acme.com")
    answer = Reply(
        "NOERROR", False, additional=tuple(RecordSet(n, "A", 1, (f"192.0.2.{i}",)) for i, n in enumerate(given))
    )
    assert glue(answer, names, ZONE) == (("ns1.cdp.acme.com", "192.0.2.0"), ("ns.acme.com", "192.0.2.1"))
    assert len(glue(answer, names, "")) == 4


@pytest.mark.parametrize(
    ("name", "zone", "inside"),
    [
        ("acme.com", "acme.com", True),
        ("a.b.acme.com", "acme.com", True),
        ("evilacme.com", "acme.com", False),
        (r"evil\.acme.com", "acme.com", False),
        ("com", "acme.com", False),
        ("anything", "", True),
    ],
)
def test_a_name_lies_within_a_zone_by_whole_labels(name: str, zone: str, inside: bool) -> None:
    assert within(name, zone) is inside


OWN = soa(NAME)
CHILDREN = {
    "its own zone": (reply(OWN), Service.AUTHORITATIVE),
    "cached": (reply(OWN, aa=False), Service.NOT_AUTHORITATIVE),
    "nothing": (reply(aa=False), Service.NOT_AUTHORITATIVE),
    "refused": (reply(rcode="REFUSED", aa=False), Service.REFUSED),
    "failed": (reply(rcode="SERVFAIL", aa=False), Service.FAILED),
    "denied": (reply(rcode="NXDOMAIN", authority=(soa(),)), Service.DENIED),
    "no zone there": (reply(authority=(soa(),)), Service.DENIED),
    "an alias there": (reply(CNAME), Service.DENIED),
    "referred upwards": (reply(aa=False, authority=(ns(""),)), Service.REFERS_AWAY),
    "referred to itself": (reply(aa=False, authority=(ns(),)), Service.REFERS_AWAY),
}


@pytest.mark.parametrize("said", CHILDREN)
def test_a_listed_server_says(said: str) -> None:
    answer, kind = CHILDREN[said]
    assert service(answer, NAME)[0] is kind


@pytest.mark.parametrize(
    ("answer", "down"),
    [
        (reply(aa=False, authority=(ns("cdp.acme.com"),)), True),
        (reply(aa=False, authority=(ns("eu.acme.com"),)), False),
        (reply(aa=False, authority=(ns(ZONE),)), False),
        (reply(aa=False, authority=(ns("com"),)), False),
        (reply(authority=(ns(),)), False),
        (reply(aa=False, rcode="NXDOMAIN", authority=(ns(),)), False),
    ],
)
def test_a_referral_leads_down_to_zones_above_the_name_alone(answer: Reply, down: bool) -> None:
    assert (refers_down(answer, "www.cdp.acme.com", ZONE) is not None) is down
