"""analytics-kotlin on the JVM: its settings, all calls once and whole, and what it does when they cannot arrive."""

from typing import Any

from tests.nameplate_ingestion.sdks.carried import check_carried
from tests.nameplate_ingestion.sdks.replay import Json, key_of
from tests.sdks.behaviour import After, Behaviour, faults
from tests.sdks.calls import calls
from tests.sdks.holding import Hold
from tests.sdks.posted import body_of, events_of
from tests.sdks.real_sdk import Run
from tests.sdks.rows import REAL
from tests.sdks.sdks import KOTLIN
from tests.sdks.seen import key_places
from tests.sdks.served import DOMAIN, Site
from tests.world.http_faults import Exchange, HttpFault, HttpInjection

FAULTS = faults(REAL["Kotlin"].behaviour)
"""Those that are answered say 120 s."""
UNSAYABLE = frozenset({"anonymousId", "previousId", "context", "integrations", "timestamp"})
"""The library sets these by itself."""
NO_SETTINGS = HttpInjection(HttpFault(status=503), {"GET"})
WAIT = 2
"""Seconds, more than lie between two of its tries of other kinds."""


def a_track(message_id: str) -> Json:
    return {"type": "track", "event": "e", "properties": {}, "messageId": message_id}


def ids(run: Run) -> list[str]:
    return [event["messageId"] for event in run.events]


def test_settings_come_from_the_domain_and_every_call_arrives_once_and_whole(site: Site, hold: Hold) -> None:
    said = {f"kotlin-{call['type']}": call for call in calls(KOTLIN.calls, UNSAYABLE)}
    run = KOTLIN.run(site, [{**call, "messageId": id_} for id_, call in said.items()])
    settings = run.exchanges[0]
    assert (settings.method, settings.path) == ("GET", "/v1/projects/android-key/settings")
    assert (settings.headers["Host"], settings.status) == (f"cdn.{DOMAIN}", 200)
    for each in run.posted:
        assert (each.path, each.headers["Host"]) == ("/v1/b", f"api.{DOMAIN}")
        assert each.headers["Content-Encoding"] == "gzip"
        assert each.headers["X-Front-Protocol"] == "HTTP/2.0/TLSv1.3"
        assert each.headers["User-Agent"] == f"analytics-kotlin/{KOTLIN.version}"
    (key,) = {key_places(each, key_of(KOTLIN.name)) for each in run.posted}
    assert run.asked == []
    # It hands each call to whichever of its threads is free, so that they have no order.
    assert sorted(ids(run)) == sorted(said)
    sent = {event["messageId"]: (event, body_of(each)) for each in run.posted for event in events_of(each)}
    for line in run.lines:
        event = line["event"]
        assert line["source"] == KOTLIN.source
        assert {name: event[name] for name in said[event["messageId"]]} == said[event["messageId"]]
        its, batch = sent[event["messageId"]]
        check_carried(event, {"sentAt": batch["sentAt"], **its}, address="127.0.0.1")
    assert len({event["anonymousId"] for event in run.events}) == 1
    hold(KOTLIN.name, package=f"{KOTLIN.package} {KOTLIN.version}", sends="POST /v1/b", http="2", key=key, gzip="yes")


def test_it_keeps_events_until_they_are_taken_or_refused(site: Site, hold: Hold) -> None:
    met = {case: fault for case, fault in FAULTS.items() if case != "refused"}
    run = KOTLIN.run(site, [a_track("kotlin-kept")], list(met.values()))
    assert [each.fault for each in run.posted] == [*met.values(), None]
    # What is kept is sent as it was, and says nothing of having been sent before.
    assert len({each.body for each in run.posted}) == 1
    assert {each.headers.get("X-Retry-Count") for each in run.posted} == {None}
    # The try whose answer was lost had its effect.
    assert ids(run) == ["kotlin-kept"] * 2
    assert run.asked == []
    refused = KOTLIN.run(
        site,
        [a_track("kotlin-refused")],
        [FAULTS["refused"]],
        lambda passed: any(each.fault for each in passed),
    )
    assert len(refused.posted) == 1
    hold(
        KOTLIN.name,
        behaviour=Behaviour(**dict.fromkeys(met, After.AGAIN), refused=After.DROPPED),
        counts=False,
    )


def test_what_was_not_taken_when_it_was_closed_is_sent_when_it_begins_anew(site: Site, hold: Hold) -> None:
    run = KOTLIN.run(
        site,
        [a_track("kotlin-closing")],
        [_UntilItBeginsAnew(FAULTS["unavailable"])],
        lambda passed: any(each.fault for each in passed),
        restarts=True,
    )
    # A try that was under way when it was closed may have been taken too.
    assert set(ids(run)) == {"kotlin-closing"}
    hold(KOTLIN.name, closing=After.AGAIN)


class _UntilItBeginsAnew(HttpInjection):
    """A fault of all that is posted, until settings are asked for a second time."""

    def takes(self, exchange: Exchange) -> bool:
        self.matched += exchange.method == "GET"
        return exchange.method == "POST" and self.matched == 1


def test_with_its_newer_way_to_retry_it_comes_when_it_is_told_and_counts(site: Site) -> None:
    met = [HttpFault(status=status, headers={"Retry-After": str(WAIT)}) for status in (429, 503)]
    run = KOTLIN.run(site, [a_track("kotlin-patient")], met, patient=True)
    first, second, third = run.posted
    assert second.started - first.started >= WAIT
    assert third.started - second.started >= WAIT
    assert [each.headers.get("X-Retry-Count") for each in (first, second, third)] == [None, "1", "2"]
    assert ids(run) == ["kotlin-patient"]


def test_without_settings_all_still_goes_to_the_domain_even_what_it_reports_on_itself(site: Site) -> None:
    run = KOTLIN.run(site, [a_track("kotlin-home")], [NO_SETTINGS])
    assert ids(run) == ["kotlin-home"]
    assert {each.path for each in run.posted} == {"/v1/b", "/v1/m"}
    assert run.asked == []


def test_without_settings_a_client_that_only_names_the_hosts_sends_to_the_vendor(site: Site) -> None:
    asked: list[str] = []

    def tried(_: Any) -> bool:
        asked.extend(site.names.asked())
        return bool(asked)

    run = KOTLIN.run(site, [a_track("kotlin-away")], [NO_SETTINGS], tried, hosts=True)
    assert set(asked) == {"api.segment.io."}
    assert run.posted == []
    # This is why the snippet says more.
    assert "keeps 1\n" in run.said
