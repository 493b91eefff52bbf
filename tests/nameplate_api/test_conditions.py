"""Conditions and their reasons: the shape in status, clipped messages, and words for every one of them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from nameplate_api import reasons
from nameplate_api.conditions import CLAIM_CONDITIONS, CONDITION_MEANINGS, Condition, ConditionType, Truth, clip
from nameplate_api.conditions_page import page
from nameplate_api.reasons import Reason, sections

_NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_condition_has_the_fields_of_the_kubernetes_conventions() -> None:
    condition = Condition(
        type=ConditionType.DELEGATED,
        status=Truth.FALSE,
        reason=Reason.DELEGATION_MISSING,
        message="Add the NS records.",
        last_transition_time=_NOON,
        observed_generation=3,
    )

    assert condition.model_dump(mode="json", by_alias=True) == {
        "type": "Delegated",
        "status": "False",
        "reason": "DelegationMissing",
        "message": "Add the NS records.",
        "lastTransitionTime": "2026-11-24T12:00:00Z",
        "observedGeneration": 3,
    }


@pytest.mark.parametrize(
    ("message", "clipped"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("Add NS records at b\u00fccher.example.", "Add NS records at b\u00fccher.example.", id="as it is"),
        pytest.param("red \x1b[31m alert\n", "red ?[31m alert?", id="terminal sequence and line break"),
        pytest.param("left\u202eright", "left?right", id="bidirectional override"),
        pytest.param("lone \ud800 surrogate", "lone ? surrogate", id="surrogate"),
        pytest.param("x" * 1024, "x" * 1024, id="as long as allowed"),
        pytest.param("x" * 1025, "x" * 1023 + "\u2026", id="one too long"),
    ],
)
def test_message_is_clipped_to_printable_characters(message: str, clipped: str) -> None:
    assert clip(message) == clipped


@pytest.mark.parametrize("reason", ["", "has space", "1st", "x" * 65])
def test_reason_is_one_word(reason: str) -> None:
    with pytest.raises(ValidationError):
        Condition(
            type="Ready",
            status=Truth.TRUE,
            reason=reason,
            message="",
            last_transition_time=_NOON,
            observed_generation=1,
        )


def test_every_condition_has_a_meaning() -> None:
    assert set(CONDITION_MEANINGS) == set(ConditionType)
    assert set(CLAIM_CONDITIONS) < set(ConditionType)


def test_reason_is_its_word_with_a_meaning_and_a_remedy() -> None:
    assert Reason("ZoneConflict") is Reason.ZONE_CONFLICT
    assert str(Reason.ZONE_CONFLICT) == "ZoneConflict"
    assert Reason.ZONE_CONFLICT.remedy == "Platform team: remove that zone if it is not needed."


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_reason_is_explained_in_sentences(reason: Reason) -> None:
    assert re.fullmatch("[A-Z][A-Za-z]+", reason)
    assert reason.meaning.endswith(".")
    assert not reason.remedy or reason.remedy.endswith(".")
    assert "|" not in reason.meaning + reason.remedy


def test_sections_are_those_of_the_list() -> None:
    source = Path(reasons.__file__).read_text(encoding="utf-8")
    listed: dict[str, list[str]] = {}
    heading = ""
    for line in source[: source.index("_SECTIONS")].splitlines():
        if comment := re.fullmatch(r"    # ([A-Za-z ]+)(: .*)?", line):
            heading = comment[1]
        elif member := re.match(r"    ([A-Z_]+) = ", line):
            listed.setdefault(heading, []).append(member[1])

    assert {heading: [reason.name for reason in found] for heading, found in sections()} == listed


def test_page_has_one_row_for_each_condition_and_reason() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `")]

    assert len(rows) == len(ConditionType) + len(Reason)
    assert (
        "| `ZoneConflict` | The provider has a zone of this name that does not carry our token. "
        "| Platform team: remove that zone if it is not needed. |"
    ) in rows
