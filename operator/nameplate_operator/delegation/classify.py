"""Tells what kind of answer a reply is (RFC 1034 4.3, RFC 2308, RFC 6672): pure, one reply at a time."""

from nameplate_operator.delegation.facts import ParentAnswer, Service, Silence, View
from nameplate_operator.ports import RecordSet, Reply, Server
from nameplate_operator.records import ADDRESS_TYPES


def within(name: str, zone: str) -> bool:
    """Say whether the name is the zone's own or lies below it; "" is the root."""
    if not zone or name == zone:
        return True
    # A dot may also stand within a label, and then it is escaped.
    return name.endswith(f".{zone}") and not name.endswith(f"\\.{zone}")


def records(section: tuple[RecordSet, ...], name: str, type_: str) -> RecordSet | None:
    """Return the record set of that name and type, or None."""
    return next((record for record in section if record.name == name and record.type == type_), None)


def glue(reply: Reply, nameservers: tuple[str, ...], zone: str) -> tuple[tuple[str, str], ...]:
    """Return the addresses given along, of the named servers and within the zone of the server that gave them."""
    wanted = {host for host in nameservers if within(host, zone)}
    return tuple(
        (record.name, address)
        for record in reply.additional
        if record.type in ADDRESS_TYPES and record.name in wanted
        for address in record.values
    )


def parent_answer(reply: Reply | Silence, server: Server, name: str, zone: str) -> ParentAnswer:
    """Classify what a server of ``zone`` said to the question for the NS records of ``name`` below it."""
    if isinstance(reply, Silence):
        return ParentAnswer(server, View.SILENT, detail=str(reply.why), why=reply.why)
    if reply.rcode not in ("NOERROR", "NXDOMAIN"):
        lame = reply.rcode in ("REFUSED", "NOTAUTH")
        return ParentAnswer(server, View.LAME if lame else View.FAILED, detail=reply.rcode)
    if reply.authoritative:
        return _authoritative(reply, server, name, zone)
    referral = records(reply.authority, name, "NS") or _referral(reply)
    if referral is None or reply.answer or reply.rcode != "NOERROR":
        return ParentAnswer(server, View.LAME, detail="answers without authority")
    if referral.name == name:
        return _delegates(View.REFERRAL, referral, reply, server, zone)
    return ParentAnswer(server, View.LAME, detail=f"refers to {referral.name or 'the root'}")


def _authoritative(reply: Reply, server: Server, name: str, zone: str) -> ParentAnswer:
    dname = next((r for r in reply.answer if r.type == "DNAME" and r.name != name and within(name, r.name)), None)
    if dname is not None:
        return ParentAnswer(server, View.DNAME, detail=dname.name, ttl=dname.ttl)
    if own := records(reply.answer, name, "NS"):
        return _delegates(View.HOSTED, own, reply, server, zone)
    if alias := records(reply.answer, name, "CNAME"):
        return ParentAnswer(server, View.ALIAS, detail=alias.values[0], ttl=alias.ttl)
    soa = next((record for record in reply.authority if record.type == "SOA"), None)
    if soa is not None and soa.name == name:
        return ParentAnswer(server, View.HOSTED, detail="no NS records at its apex")
    if soa is not None and not (within(soa.name, zone) and within(name, soa.name)):
        return ParentAnswer(server, View.LAME, detail=f"answers for {soa.name or 'the root'}")
    referral = records(reply.authority, name, "NS")
    if referral is not None and soa is None and reply.rcode == "NOERROR":
        # A few servers set AA on referrals; resolvers follow them all the same.
        return _delegates(View.REFERRAL, referral, reply, server, zone)
    return ParentAnswer(server, View.NXDOMAIN if reply.rcode == "NXDOMAIN" else View.NODATA)


def _delegates(view: View, found: RecordSet, reply: Reply, server: Server, zone: str) -> ParentAnswer:
    return ParentAnswer(server, view, found.values, found.ttl, glue=glue(reply, found.values, zone))


def _referral(reply: Reply) -> RecordSet | None:
    return next((record for record in reply.authority if record.type == "NS"), None)


def refers_down(reply: Reply, name: str, zone: str) -> RecordSet | None:
    """Return the NS records of a referral to a zone deeper than ``zone``, at or above the name."""
    referral = _referral(reply)
    if reply.authoritative or reply.rcode != "NOERROR" or referral is None or referral.name == zone:
        return None
    return referral if within(referral.name, zone) and within(name, referral.name) else None


def service(reply: Reply, name: str) -> tuple[Service, str]:
    """Classify what a listed server said to the question for the SOA of ``name``; with what it said."""
    if reply.rcode == "NXDOMAIN":
        return Service.DENIED, "NXDOMAIN"
    if reply.rcode != "NOERROR":
        refused = reply.rcode in ("REFUSED", "NOTAUTH")
        return (Service.REFUSED if refused else Service.FAILED), reply.rcode
    if records(reply.answer, name, "SOA"):
        return (Service.AUTHORITATIVE, "") if reply.authoritative else (Service.NOT_AUTHORITATIVE, "AA is not set")
    if reply.authoritative:
        return Service.DENIED, "no SOA record"
    referral = _referral(reply)
    if referral is not None:
        return Service.REFERS_AWAY, f"to {referral.name or 'the root'}"
    return Service.NOT_AUTHORITATIVE, "an empty answer, AA is not set"
