"""Faults of the DNS: what serves is not touched by any of them, and what is new comes through them by itself."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.cluster.waiting import until
from tests.operated.history import History
from tests.operated.looks import look
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld
from tests.world.dns import faults
from tests.world.dns.forgery import Wrong, forged
from tests.world.dns.query import Fault
from tests.world.json_strings import strings

UNSEEN = "We keep trying; nothing changes until then."
HELD = "Delegated until now. The last look saw something else, and it is looked again:"
HOSTILE_LABEL = r"\027[31m\007\r\010evil"
HOSTILE_TEXT = r'"\027[2J\155\226\128\174owned\013"'
MOST_IN_A_STATUS = 20_000


@pytest.fixture(scope="module")
def serving_tenant(shared_world: OperatedWorld) -> Iterator[Tenant]:
    """A domain that serves all through the faults."""
    tenant = shared_world.tenant()
    tenant.serve()
    yield tenant
    tenant.leave()


@pytest.fixture
def unharmed(serving_tenant: Tenant) -> Iterator[Tenant]:
    """That domain: True in every version that anybody sees, its records as they were, its zone never written."""
    world, tenant = serving_tenant.world, serving_tenant
    before, records, passed = tenant.ready(), world.zone_records(tenant.host), len(world.powerdns_proxy.exchanges)
    with History(world.cluster, tenant.path) as history:
        yield tenant
        world.heal()
        tenant.recheck()
        until(lambda: tenant.status()["conditions"] == before["status"]["conditions"], "the conditions of before")
    assert {look(each)["Ready"] for each in history.versions} == {"True Serving"}
    assert world.zone_records(tenant.host) == records
    exchanges, host = world.powerdns_proxy.exchanges[passed:], tenant.host
    about = [each for each in exchanges if host in each.path or host.encode() in each.body]
    assert {each.method for each in about} == {"GET"}


def at_parent(fault: Fault, tenant: Tenant, *, of_the_name: bool = False) -> None:
    """Put a fault in force on each server of the zone above."""
    for server in tenant.parent.servers:
        server.inject(fault, name=tenant.host if of_the_name else None)


def crowd(host: str) -> Fault:
    """Name thousands of servers that are not ours."""
    return faults.referral(f"{host}.", *(f"ns{i}.crowd.test." for i in range(2000)))


def told(tenant: Tenant, words: str) -> Callable[[], bool]:
    """Return a look for words in what Delegated says."""
    return lambda: words in (tenant.condition("Delegated") or {"message": ""})["message"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.silent(), id="silent"),
        pytest.param(faults.rcode("SERVFAIL"), id="SERVFAIL"),
        pytest.param(faults.garbage(), id="garbage"),
        pytest.param(faults.garbage(keep_id=True), id="garbage with the id"),
        pytest.param(forged(Wrong.ID, "NS", "ns1.evil.test.", instead=True), id="forged"),
    ],
)
def test_a_parent_that_gives_no_usable_answer_changes_nothing(unharmed: Tenant, fault: Fault):
    at_parent(fault, unharmed)
    until(told(unharmed, UNSEEN), UNSEEN)
    unharmed.be_looked_at()


def test_forged_answers_beside_the_true_one_change_nothing(unharmed: Tenant):
    message = (unharmed.condition("Delegated") or {})["message"]
    for wrong in (Wrong.ID, Wrong.QUESTION, Wrong.CASE, Wrong.PORT):
        at_parent(forged(wrong, "NS", "ns1.evil.test."), unharmed)
    unharmed.be_looked_at()
    assert (unharmed.condition("Delegated") or {})["message"] == message


def test_a_name_that_is_denied_for_a_while_is_not_given_up(unharmed: Tenant):
    at_parent(faults.rcode("NXDOMAIN", authoritative=True), unharmed, of_the_name=True)
    until(told(unharmed, HELD), HELD)
    # Three failures in a row are not enough by themselves.
    for _ in range(3):
        unharmed.be_looked_at()


def test_thousands_of_other_name_servers_are_bounded_and_not_believed_at_once(unharmed: Tenant):
    at_parent(crowd(unharmed.host), unharmed, of_the_name=True)
    until(told(unharmed, HELD), HELD)
    unharmed.be_looked_at()
    assert len(json.dumps(unharmed.status())) < MOST_IN_A_STATUS


@contextmanager
def our_servers_silent(world: OperatedWorld) -> Iterator[None]:
    """Move PowerDNS to another port, so that its API goes on, and have nobody answer at its old one."""
    powerdns, port = world.powerdns, world.powerdns.port
    with ExitStack() as after:
        after.callback(powerdns.start)
        after.callback(setattr, powerdns, "port", port)
        after.callback(powerdns.stop)
        powerdns.stop()
        for address in powerdns.addresses:
            server = world.dns.server(address=address)
            after.callback(server.stop)
            server.inject(faults.silent())
        powerdns.port = port + 1
        powerdns.start()
        yield


def test_our_own_servers_that_are_silent_unpublish_nothing(unharmed: Tenant):
    with our_servers_silent(unharmed.world):
        until(told(unharmed, UNSEEN), UNSEEN)
        unharmed.be_looked_at()


def test_what_is_new_comes_through_every_fault_by_itself(world: OperatedWorld):
    cases = {
        "ParentUnreachable": faults.silent(),
        "DelegationMissing": faults.rcode("NXDOMAIN", authoritative=True),
        "DelegationElsewhere": None,
    }
    tenants = {reason: world.tenant() for reason in cases}
    for reason, tenant in tenants.items():
        at_parent(cases[reason] or crowd(tenant.host), tenant, of_the_name=reason != "ParentUnreachable")
        tenant.apply()
    for reason, tenant in tenants.items():
        status = "Unknown" if reason == "ParentUnreachable" else "False"
        tenant.wait_for("Delegated", status, reason)
        assert len(json.dumps(tenant.status())) < MOST_IN_A_STATUS
    world.heal()
    for tenant in tenants.values():
        tenant.enter_ns_records()
    for tenant in tenants.values():
        tenant.ready()


@pytest.mark.parametrize(
    ("kind", "value", "trace"),
    [
        pytest.param("NS", rf"ns1.{HOSTILE_LABEL}.test.", "evil", id="a label"),
        pytest.param("TXT", HOSTILE_TEXT, "owned", id="a text"),
    ],
)
def test_hostile_text_of_the_parent_is_never_raw_in_a_status(
    world: OperatedWorld, tenant: Tenant, kind: str, value: str, trace: str
):
    label = tenant.host.partition(".")[0]
    tenant.parent.add_records(label, kind, value)
    tenant.apply()
    with History(world.cluster, tenant.path) as history:
        until(lambda: any(trace in each for each in strings(tenant.status())), "what stands at the parent")
        tenant.parent.remove_records(label, kind, value)
        tenant.enter_ns_records()
        tenant.ready()
    shown = [text for each in history.versions for text in strings(each.get("status", {}))]
    assert any(trace in text for text in shown)
    assert [text for text in shown if not (text.isascii() and text.isprintable())] == []
