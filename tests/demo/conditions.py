"""The live table of conditions: one line each, redrawn in place on a terminal, appended on change elsewhere."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.demo.page import Page

Json = Mapping[str, Any]

LOOK_EVERY = 0.2
_ORDER = (
    "Accepted",
    "ZoneReady",
    "Delegated",
    "CertificateIssued",
    "IngestionAvailable",
    "Routed",
    "Reachable",
    "Ready",
    "Reconciling",
    "Stalled",
)
_COLOURS = {"True": "green", "False": "yellow", "Unknown": "dim"}
_COLUMNS = "{:<19} {:<8} {:<20} {:>4}  {}"


class Unexpected(Exception):
    """A step did not go as it must; the text says what was expected and what was seen."""


class ConditionTable:
    """Shows the conditions of objects while they are followed; what was shown before is not said again."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._known: dict[tuple[str, str], tuple[str, str, str]] = {}
        self._rows: list[str] = []

    def follow(
        self,
        look: Callable[[], Json | None],
        done: Callable[[Json | None], bool],
        what: str,
        timeout: float,
    ) -> Json | None:
        """Show what `look` gives until it is as wanted, and return it; None is an object that is gone."""
        self._page.line(f"  {self._page.style(f'Until {what}:', 'bold')}")
        started, self._rows = time.monotonic(), []
        while True:
            seen = look()
            self._show(seen, time.monotonic() - started)
            if done(seen):
                self._page.line()
                return seen
            if time.monotonic() - started > timeout:
                raise Unexpected(f"{what}: not within {timeout:g} s. Seen last:\n{_in_words(seen)}")
            time.sleep(LOOK_EVERY)

    def _show(self, seen: Json | None, elapsed: float) -> None:
        if self._page.is_terminal:
            self._redraw(seen, elapsed)
        else:
            self._append(seen, elapsed)

    def _redraw(self, seen: Json | None, elapsed: float) -> None:
        # Of what is gone, the last that was seen stays in sight.
        self._rows = [self._row(each) for each in conditions(seen).values()] if seen else self._rows
        head = _COLUMNS.format("CONDITION", "STATUS", "REASON", "AGE", "MESSAGE")
        clock = f"{elapsed:.0f} s" + ("" if seen else ", and now there is no such object")
        self._page.redraw([self._page.style(head, "dim"), *self._rows, self._page.style(clock, "dim")])

    def _row(self, condition: Json) -> str:
        status = condition["status"]
        age = _age(condition["lastTransitionTime"])
        text = _COLUMNS.format(condition["type"], status, condition["reason"], age, condition["message"])
        # A line that wraps would be more than one to redraw.
        text = _clip(text, self._page.width - 2)
        return text[:20] + self._page.style(text[20:28], _COLOURS[status]) + text[28:]

    def _append(self, seen: Json | None, elapsed: float) -> None:
        found = conditions(seen)
        uid = seen["metadata"].get("uid", "") if seen else ""
        for key in [key for key in self._known if key[0] == uid and key[1] not in found]:
            self._page.line(f"  {elapsed:5.1f} s  {key[1]:<19} -        (gone)")
            del self._known[key]
        for kind, condition in found.items():
            now = (condition["status"], condition["reason"], condition["message"])
            if self._known.get((uid, kind)) != now:
                self._known[uid, kind] = now
                age = _age(condition["lastTransitionTime"])
                row = _COLUMNS.format(kind, condition["status"], condition["reason"], age, condition["message"])
                self._page.line(f"  {elapsed:5.1f} s  {row}")


def conditions(seen: Json | None) -> dict[str, Json]:
    """Return the conditions of an object by type, in the order of the work."""
    found = (seen or {}).get("status", {}).get("conditions", ())
    place = {kind: number for number, kind in enumerate(_ORDER)}
    ordered = sorted(found, key=lambda each: place.get(each["type"], len(_ORDER)))
    return {each["type"]: each for each in ordered}


def holds(seen: Json | None, kind: str, status: str = "True", reason: str | None = None) -> bool:
    """Tell whether a condition has this status (and reason), for the newest spec."""
    if seen is None:
        return False
    condition = conditions(seen).get(kind)
    if condition is None or condition.get("observedGeneration", 0) < seen["metadata"]["generation"]:
        return False
    return condition["status"] == status and reason in (None, condition["reason"])


def _age(since: str) -> str:
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds())
    return f"{max(seconds, 0)}s" if seconds < 120 else f"{seconds // 60}m"


def _clip(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _in_words(seen: Json | None) -> str:
    if seen is None:
        return "nothing: the object does not exist"
    rows = [f"{e['type']}={e['status']} ({e['reason']}: {e['message']})" for e in conditions(seen).values()]
    return "\n".join(rows) or "an object without conditions"
