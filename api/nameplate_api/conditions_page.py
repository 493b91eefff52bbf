"""The page docs/conditions.md: every condition, and every reason with what to do about it."""

from collections.abc import Iterator

from nameplate_api.conditions import CLAIM_CONDITIONS, CONDITION_MEANINGS, ConditionType
from nameplate_api.reasons import Reason, sections

_INTRODUCTION = """\
# Conditions and reasons

Generated from `nameplate_api` by `make generate`.

A condition is *True* when it holds, *False* when the operator looked and it does not hold, and *Unknown* when nothing
was ever seen: the first look failed, or it is not yet this condition's turn. A later look that fails leaves the
condition as it was and says so in the message. `kubectl get cdom -o wide` shows Ready with its reason and message;
`kubectl describe cdom NAME` shows all of them.
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Conditions of a CustomDomain\n"
    yield from _conditions(kind for kind in ConditionType if kind not in CLAIM_CONDITIONS)
    yield "\n## Conditions of a DomainClaim\n"
    yield from _conditions(CLAIM_CONDITIONS)
    for heading, reasons in sections():
        yield f"\n## Reasons: {heading}\n"
        yield from _reasons(reasons)


def _conditions(kinds: Iterator[ConditionType] | tuple[ConditionType, ...]) -> Iterator[str]:
    yield "| condition | True means |"
    yield "| --- | --- |"
    yield from (f"| `{kind}` | {CONDITION_MEANINGS[kind]} |" for kind in kinds)


def _reasons(reasons: tuple[Reason, ...]) -> Iterator[str]:
    yield "| reason | meaning | what to do |"
    yield "| --- | --- | --- |"
    yield from (f"| `{reason}` | {reason.meaning} | {reason.remedy or '–'} |" for reason in reasons)
