"""IngestionAvailable: what the children, their roll-out and the public names' answers amount to."""

from datetime import UTC, datetime

import pytest

from nameplate_api.conditions import Reason, Truth
from nameplate_api.ingestion_settings import WellKnown
from nameplate_operator.children.drift import sealed
from nameplate_operator.children.settings_map import ingestion_settings
from nameplate_operator.kinds import CONFIG_MAP, DEPLOYMENT, SERVICE, SERVICE_ACCOUNT
from nameplate_operator.phase import Verdict, Was
from nameplate_operator.phases.ingestion import IngestionService, Running
from nameplate_operator.ports import ProviderError, Ref
from tests.nameplate_operator.builders import a_domain, memory_ports, settings

NOW = datetime(2030, 1, 2, tzinfo=UTC)
DOMAIN = a_domain(ingestion={"replicas": 2})
PHASE = IngestionService(memory_ports(), settings())
SETTINGS = ingestion_settings(DOMAIN, settings().ingestion, {})
KINDS = (SERVICE_ACCOUNT, CONFIG_MAP, DEPLOYMENT, SERVICE)


def live(replicas=2, updated=2, available=2, *, observed=1, conditions=()):
    """Return the children as applied, with this Deployment status."""
    changes = PHASE.decide(DOMAIN, Running(SETTINGS, dict.fromkeys(KINDS)), Was(NOW)).changes
    children = {kind: dict(change.manifest) for kind, change in zip(KINDS, changes, strict=True)}
    for child in children.values():
        child["metadata"] = child["metadata"] | {"uid": "u", "generation": 1}
    children[DEPLOYMENT]["status"] = {
        "observedGeneration": observed,
        "replicas": replicas,
        "updatedReplicas": updated,
        "availableReplicas": available,
        "conditions": list(conditions),
    }
    return children


def answered(revision=None, missing=()):
    """Return what the public names said."""
    revision = revision or SETTINGS.revision
    said = WellKnown(domain="cdp.acme.com", uid="uid-domain", nonce="n", revision=revision, missing_keys=missing)
    return {"cdp.acme.com": said}


LATE = {"type": "Progressing", "reason": "ProgressDeadlineExceeded"}
LOOK = "Look at the events and logs of the Pods."


@pytest.mark.parametrize(
    ("children", "heard", "verdict", "pause"),
    [
        pytest.param(
            dict.fromkeys(KINDS),
            None,
            Verdict(Truth.FALSE, Reason.ROLLING_OUT, "0 of 0 Pods serve."),
            5,
            id="nothing is there yet",
        ),
        pytest.param(
            live(replicas=2, available=0),
            None,
            Verdict(Truth.FALSE, Reason.ROLLING_OUT, "0 of 2 Pods serve."),
            5,
            id="no Pod is ready",
        ),
        pytest.param(
            live(available=0, conditions=[LATE]),
            None,
            Verdict(
                Truth.FALSE,
                Reason.ROLLOUT_STALLED,
                f"0 of 2 Pods serve, and the roll-out passed its deadline. {LOOK}",
                stalled=True,
            ),
            30,
            id="no Pod became ready in time",
        ),
        pytest.param(
            live(available=1, conditions=[LATE]),
            None,
            Verdict(
                Truth.TRUE,
                Reason.ROLLOUT_STALLED,
                f"1 of 2 Pods serve, but the roll-out passed its deadline. {LOOK}",
                progressing=True,
            ),
            30,
            id="old Pods serve while the new ones fail",
        ),
        pytest.param(
            live(replicas=3, updated=1),
            answered(),
            Verdict(Truth.TRUE, Reason.AVAILABLE, "2 of 2 Pods serve; a roll-out is under way.", progressing=True),
            5,
            id="a roll-out is under way",
        ),
        pytest.param(
            live(observed=0),
            answered(),
            Verdict(Truth.TRUE, Reason.AVAILABLE, "2 of 2 Pods serve; a roll-out is under way.", progressing=True),
            5,
            id="the Deployment's controller has not seen the edit",
        ),
        pytest.param(
            live(),
            answered(revision="0123456789abcdef"),
            Verdict(
                Truth.TRUE,
                Reason.AVAILABLE,
                "2 of 2 Pods serve; they have yet to read the newest settings.",
                progressing=True,
            ),
            5,
            id="old settings are still served",
        ),
        pytest.param(
            live(),
            answered(missing=("server", "app")),
            Verdict(
                Truth.FALSE,
                Reason.SECRET_NOT_FOUND,
                "A secret of server, app is not at hand: create the Secret and key that its secretRef names. "
                "Everything else is served.",
                stalled=True,
            ),
            30,
            id="a Secret is missing",
        ),
        pytest.param(
            live(),
            {"cdp.acme.com": ProviderError(Reason.CONNECT_FAILED, "No.")},
            Verdict(Truth.TRUE, Reason.AVAILABLE, "2 of 2 Pods serve."),
            None,
            id="nobody answers by the public name: another condition's matter",
        ),
        pytest.param(
            live(), answered(), Verdict(Truth.TRUE, Reason.AVAILABLE, "2 of 2 Pods serve."), None, id="all serve"
        ),
    ],
)
def test_the_verdict_follows_the_pods(children, heard, verdict, pause):
    decision = PHASE.decide(DOMAIN, Running(SETTINGS, children, heard=heard), Was(NOW))
    assert (decision.verdict, decision.recheck_after) == (verdict, pause)


def test_a_settled_world_is_left_alone():
    decision = PHASE.decide(DOMAIN, Running(SETTINGS, live(), heard=answered()), Was(NOW))
    assert decision.changes == ()


def test_missing_children_are_made_for_the_first_time_and_only_what_the_spec_shapes_waits_for_it():
    changes = PHASE.decide(DOMAIN, Running(SETTINGS, dict.fromkeys(KINDS)), Was(NOW)).changes
    made = [(c.manifest["kind"], c.first, c.from_spec) for c in changes]
    assert made == [
        ("ServiceAccount", True, False),
        ("ConfigMap", True, True),
        ("Deployment", True, True),
        ("Service", True, False),
    ]


def test_an_edited_child_is_brought_back_and_named_by_its_uid():
    children = live()
    children[SERVICE]["spec"] = children[SERVICE]["spec"] | {"selector": {"app": "theirs"}}
    (change,) = PHASE.decide(DOMAIN, Running(SETTINGS, children), Was(NOW)).changes
    assert change.manifest["metadata"]["uid"] == "u"
    assert change.manifest["spec"]["selector"] == {"nameplate.dev/domain": "web"}
    assert not change.first


def test_an_edit_of_the_replicas_reaches_the_deployment():
    edited = a_domain(ingestion={"replicas": 3})
    (change,) = PHASE.decide(
        edited, Running(ingestion_settings(edited, settings().ingestion, {}), live()), Was(NOW)
    ).changes
    assert (change.manifest["kind"], change.manifest["spec"]["replicas"]) == ("Deployment", 3)


def test_a_stranger_s_object_of_a_child_s_name_is_never_touched():
    foreign = Ref(SERVICE, "web-ingestion", "acme")
    decision = PHASE.decide(DOMAIN, Running(SETTINGS, {}, foreign=foreign), Was(NOW))
    assert decision.verdict == Verdict(
        Truth.FALSE,
        Reason.NAME_CONFLICT,
        "Service acme/web-ingestion exists and does not belong to this CustomDomain. Delete or rename one of the two.",
        stalled=True,
    )
    assert decision.changes == ()


def test_the_seal_tells_of_a_field_that_was_taken_out_of_the_spec():
    assert sealed({"metadata": {}, "spec": {}}) != sealed({"metadata": {}, "spec": {"replicas": 1}})


def test_while_the_claim_cannot_be_looked_at_the_settings_stay_as_they_are_and_all_else_is_kept_up():
    children = live()
    children[CONFIG_MAP]["data"] = {"settings.json": "{}"}
    children[SERVICE]["spec"] = {}
    decision = PHASE.decide(DOMAIN, Running(None, children, heard=answered(revision="0123456789abcdef")), Was(NOW))
    assert decision.verdict == Verdict(Truth.TRUE, Reason.AVAILABLE, "2 of 2 Pods serve.")
    assert [change.manifest["kind"] for change in decision.changes] == ["Service"]
