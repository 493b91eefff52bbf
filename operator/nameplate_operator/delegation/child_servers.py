"""Asks each listed name server for the zone itself: SOA, name servers, token, signatures, keys."""

from datetime import UTC, datetime

from nameplate_api.hostname import token_name
from nameplate_operator.delegation.classify import records, service
from nameplate_operator.delegation.facts import ChildAnswer, Host, HostState, Service, Signature, Silence, Why
from nameplate_operator.delegation.inquiry import Inquiry, gather
from nameplate_operator.ports import Question, RecordSet, Reply, Server


async def ask_child(inquiry: Inquiry, server: Server, name: str) -> ChildAnswer:
    """Ask for the SOA, and if the server answers for the zone, for the rest."""
    reply = await inquiry.ask(Question(name, "SOA", dnssec=True), server)
    if isinstance(reply, Silence):
        return ChildAnswer(server, Service.SILENT, str(reply.why), reply.why)
    kind, detail = service(reply, name)
    if kind is not Service.AUTHORITATIVE:
        return ChildAnswer(server, kind, detail)
    nameservers, texts = await gather(
        (
            _values(inquiry, server, Question(name, "NS")),
            _values(inquiry, server, Question(token_name(name), "TXT")),
        )
    )
    return ChildAnswer(
        server,
        kind,
        nameservers=nameservers,
        texts=texts,
        signatures=signatures(reply.answer, name),
    )


async def _values(inquiry: Inquiry, server: Server, question: Question) -> tuple[str, ...] | None:
    """Return the values that the server has with authority, () for none, None if it would not say."""
    reply = await inquiry.ask(question, server)
    if not isinstance(reply, Reply) or not reply.authoritative or reply.rcode not in ("NOERROR", "NXDOMAIN"):
        return None
    record = records(reply.answer, question.name, question.type)
    return record.values if record else ()


def signatures(section: tuple[RecordSet, ...], name: str) -> tuple[Signature, ...]:
    """Return the RRSIG records at the name."""
    found = (
        _signature(value)
        for record in section
        if (record.name, record.type) == (name, "RRSIG")
        for value in record.values
    )
    return tuple(signature for signature in found if signature is not None)


def _signature(value: str) -> Signature | None:
    """Read an RRSIG as RFC 4034 3.2 writes it: the type covered first, expiration before inception."""
    fields = value.split()
    try:
        return Signature(_time(fields[5]), _time(fields[4]))
    except (IndexError, ValueError, OverflowError):
        return None


def _time(text: str) -> datetime:
    if len(text) == 14:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return datetime.fromtimestamp(int(text), UTC)


def unasked(host: Host) -> ChildAnswer:
    """Return the answer of a name server that has no address, or none that could be looked up."""
    why = Why.NO_ADDRESS if host.state is HostState.ABSENT else Why.TIMEOUT
    return ChildAnswer(Server(host.name, ""), Service.SILENT, str(why), why)
