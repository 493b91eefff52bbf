"""What ``nameplate check`` prints for a person: it speaks for a command that looks once, from anywhere."""

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.check_report import as_json, as_text
from nameplate_operator.delegation.facts import Facts, ParentAnswer, View
from nameplate_operator.delegation.problem import Problem, Severity, conclude
from nameplate_operator.ports import Server

PARENT = Server("ns1.acme.com", "192.0.2.1")


def shown(*problems: Problem) -> list[str]:
    """The lines that are printed of a look at which one parent server was silent."""
    facts = Facts("cdp.acme.com", "acme.com", parents=(ParentAnswer(PARENT, View.SILENT, detail="no answer in time"),))
    return as_text(conclude(facts.name, problems), facts).splitlines()


def test_what_could_not_be_seen_is_to_be_tried_again_by_whoever_asks() -> None:
    assert shown(Problem(Reason.PARENT_UNREACHABLE, Severity.UNKNOWN, "Nobody answered.")) == [
        "cdp.acme.com: could not be looked at (ParentUnreachable)",
        "Nobody answered.",
        "Nothing is known of the delegation yet: try again later, or from another network.",
        "",
        "Name servers of the parent zone acme.com:",
        "  ns1.acme.com  192.0.2.1  silent: no answer in time",
    ]


@pytest.mark.parametrize("severity", [Severity.BLOCKING, Severity.WARNING])
def test_what_was_seen_is_not(severity: Severity) -> None:
    text = "\n".join(shown(Problem(Reason.NS_UNRESOLVABLE, severity, "It has no address.")))
    assert "It has no address." in text
    assert "try again" not in text


def test_the_message_for_programs_holds_what_was_seen_alone() -> None:
    seen = Problem(Reason.PARENT_UNREACHABLE, Severity.UNKNOWN, "Nobody answered.")
    assert as_json(conclude("cdp.acme.com", [seen]), Facts("cdp.acme.com"))["message"] == "Nobody answered."
