"""What each library makes of an answer: whether it is done, tries again, or throws the events away."""

from collections.abc import Mapping, Set
from enum import Enum
from typing import NamedTuple

import httpx


class Verdict(Enum):
    """What becomes of the events of a request."""

    DONE = "taken for delivered"
    AGAIN = "sent again"
    DROPPED = "thrown away"


class Manners(NamedTuple):
    """How a library reads answers."""

    done: Set[int]
    """Statuses of success."""
    again: Set[int]
    """Statuses after which it tries again; after all others it does not."""
    reads_json: bool = False
    """Whether it tries again, whatever the status, when the answer is no JSON object."""
    heeds: Set[int] = frozenset()
    """Statuses with which it waits as long as it is told."""
    waits_by: str = "Retry-After"
    """The header that tells it."""
    unanswered: Verdict = Verdict.AGAIN
    """What becomes of events when the connection ends before there is an answer."""

    def judge(self, answer: httpx.Response) -> Verdict:
        """Return what it does next."""
        if self.reads_json and not _holds_an_object(answer):
            return Verdict.AGAIN
        if answer.status_code in self.done:
            return Verdict.DONE
        return Verdict.AGAIN if answer.status_code in self.again else Verdict.DROPPED


def _holds_an_object(answer: httpx.Response) -> bool:
    try:
        return isinstance(answer.json(), dict)
    except ValueError:
        return False


def _statuses(first: int, last: int) -> frozenset[int]:
    return frozenset(range(first, last + 1))


_ALL = _statuses(100, 599)
_OK = frozenset({200})
_2XX, _3XX, _5XX = (_statuses(hundred, hundred + 99) for hundred in (200, 300, 500))
_LIMITED = frozenset({429})
_PASSING = frozenset({408, 410, 460}) | _LIMITED | _5XX
_HOPELESS = frozenset({501, 505})
_MOST_HOPELESS = _HOPELESS | {511}

MANNERS: Mapping[str, Manners] = {
    "Analytics.js": Manners(_statuses(100, 399), _PASSING - _MOST_HOPELESS, heeds=_LIMITED),
    "Analytics.js before 1.84": Manners(
        _ALL - _LIMITED - _5XX, _LIMITED | _5XX, heeds=_LIMITED, waits_by="X-RateLimit-Reset"
    ),
    "Node.js": Manners(_2XX | _3XX, _PASSING - _MOST_HOPELESS, heeds=_LIMITED),
    "Python": Manners(_2XX, _PASSING - _HOPELESS, heeds=_PASSING - _HOPELESS),
    "Java": Manners(_2XX, _PASSING - _MOST_HOPELESS, reads_json=True, heeds=_PASSING - _MOST_HOPELESS),
    # It sends by a Java library of an older version.
    "Clojure": Manners(_2XX, _LIMITED | _5XX, reads_json=True),
    "Go": Manners(_statuses(100, 299), _statuses(300, 599)),
    "Ruby": Manners(_OK, _LIMITED | _5XX, reads_json=True),
    "PHP": Manners(_OK, _LIMITED | _5XX | (_statuses(100, 399) - _OK), unanswered=Verdict.DROPPED),
    ".NET": Manners(_OK, _LIMITED | _5XX),
    "C#": Manners(_2XX, _LIMITED | _3XX | _5XX),
    "Kotlin": Manners(_statuses(100, 299), _LIMITED | _5XX),
    "Swift": Manners(_statuses(100, 299), _statuses(300, 599) - {400}),
    "React Native": Manners(_2XX, _PASSING - _HOPELESS, heeds=_PASSING - _HOPELESS),
}
"""By library; of Analytics.js there are two ways."""
MOST_SECONDS = 300
"""No library waits longer, whatever it is told."""
