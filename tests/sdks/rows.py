"""What is known of each SDK: a row, either seen when the real package ran, or read off its sources and replayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.nameplate_ingestion.sdks.batches import REPLAYS
from tests.nameplate_ingestion.sdks.libraries import LIBRARIES
from tests.nameplate_ingestion.sdks.library import Library
from tests.nameplate_ingestion.sdks.manners import MANNERS, Verdict
from tests.sdks.behaviour import After, Behaviour


class Proof(StrEnum):
    """How a row is known."""

    REAL = "real package"
    PLAYED = "real package, device played"
    REPLAY = "replay"


@dataclass(frozen=True)
class Row:
    """One SDK."""

    package: str
    """With its version."""
    sends: str
    """Method and path of what brings events."""
    http: str
    """The version it speaks to nginx, which offers 1.1 and 2."""
    key: str
    """Where the write key stands."""
    gzip: str
    """Whether bodies are compressed."""
    behaviour: Behaviour
    counts: bool
    """Whether a retry says so in X-Retry-Count."""
    closing: After | None
    """What it does with events that are refused with 503 when it is closed; None where that is not known."""
    proof: Proof = Proof.REAL


_ANALYTICS_JS = Row(
    "@segment/analytics-next 1.84.3",
    "POST /v1/{a,g,i,p,s,t}",
    "",
    "Basic, body",
    "no",
    Behaviour(
        limited=After.WAITED,
        unavailable=After.AGAIN,
        broken=After.AGAIN,
        cut=After.AGAIN,
        lost=After.AGAIN,
        refused=After.DROPPED,
    ),
    counts=True,
    closing=None,
)
REAL: Mapping[str, Row] = {
    "Analytics.js, by its tag": _ANALYTICS_JS,
    "Analytics.js, from npm": _ANALYTICS_JS,
    "Node.js": Row(
        "@segment/analytics-node 3.1.0",
        "POST /v1/batch",
        "1.1",
        "Basic, body",
        "no",
        Behaviour(
            limited=After.WAITED,
            unavailable=After.AGAIN,
            broken=After.AGAIN,
            cut=After.AGAIN,
            lost=After.AGAIN,
            refused=After.DROPPED,
        ),
        counts=True,
        closing=After.AGAIN,
    ),
    "Python": Row(
        "segment-analytics-python 2.4.0",
        "POST /v1/batch",
        "1.1",
        "Basic, body",
        "if told",
        Behaviour(
            limited=After.WAITED,
            unavailable=After.WAITED,
            broken=After.AGAIN,
            cut=After.AGAIN,
            lost=After.AGAIN,
            refused=After.DROPPED,
        ),
        counts=True,
        closing=After.AGAIN,
    ),
    "Go": Row(
        "gopkg.in/segmentio/analytics-go.v3 3.1.0",
        "POST /v1/batch",
        "2",
        "Basic",
        "no",
        Behaviour(
            limited=After.AGAIN,
            unavailable=After.AGAIN,
            broken=After.AGAIN,
            cut=After.AGAIN,
            lost=After.AGAIN,
            refused=After.AGAIN,
        ),
        counts=False,
        closing=After.DROPPED,
    ),
    "Java": Row(
        "com.segment.analytics.java:analytics 3.5.4",
        "POST /v1/import/",
        "2",
        "body",
        "no",
        Behaviour(
            limited=After.AGAIN,
            unavailable=After.AGAIN,
            broken=After.AGAIN,
            cut=After.AGAIN,
            lost=After.AGAIN,
            refused=After.DROPPED,
        ),
        counts=False,
        closing=After.AGAIN,
    ),
    "Kotlin": Row(
        "com.segment.analytics.kotlin:core 1.27.0",
        "POST /v1/b",
        "2",
        "body",
        "yes",
        Behaviour(
            limited=After.AGAIN,
            unavailable=After.AGAIN,
            broken=After.AGAIN,
            cut=After.AGAIN,
            lost=After.AGAIN,
            refused=After.DROPPED,
        ),
        counts=False,
        closing=After.AGAIN,
    ),
    "React Native": Row(
        "@segment/analytics-react-native 2.24.1",
        "POST /v1/b",
        "1.1",
        "body",
        "no",
        Behaviour(
            limited=After.WAITED,
            unavailable=After.WAITED,
            broken=After.AGAIN,
            cut=After.AGAIN,
            lost=After.AGAIN,
            refused=After.DROPPED,
        ),
        counts=True,
        closing=None,
        proof=Proof.PLAYED,
    ),
}
"""By SDK, as the tests of each see it; behind a comma, how it came into a page."""

_PACKED = {replay.sdk for replay in REPLAYS if replay.headers.get("Content-Encoding") == "gzip"}


def replayed() -> Mapping[str, Row]:
    """Return the rows of those whose packages are not run."""
    known = {library_of(sdk) for sdk in REAL}
    return {sdk: _row(library) for sdk, library in LIBRARIES.items() if sdk not in known}


def library_of(sdk: str) -> str:
    """Return the name that a real SDK has among the replays."""
    return sdk.partition(",")[0]


def read(sdk: str) -> Behaviour:
    """Return what the sources of an SDK say that it does."""
    manners = MANNERS[library_of(sdk)]

    def after(status: int) -> After:
        if status not in manners.again:
            return After.DROPPED
        return After.WAITED if status in manners.heeds else After.AGAIN

    unanswered = After.AGAIN if manners.unanswered is Verdict.AGAIN else After.DROPPED
    return Behaviour(
        limited=after(429),
        unavailable=after(503),
        # Without Retry-After there is nothing to heed.
        broken=After.AGAIN if 500 in manners.again else After.DROPPED,
        cut=unanswered,
        lost=unanswered,
        refused=after(400),
    )


def _row(library: Library) -> Row:
    said = library.fields["context"]["library"] if "context" in library.fields else library.beside["context"]["library"]
    places = {"Basic": "Authorization" in library.headers, "body": "writeKey" in library.beside}
    return Row(
        f"{said['name']} {said['version']}",
        f"POST {library.path}",
        "",
        ", ".join(place for place, stands in places.items() if stands),
        "yes" if library.packed else "if told" if library.sdk in _PACKED else "no",
        read(library.sdk),
        library.counts_retries,
        None,
        Proof.REPLAY,
    )
