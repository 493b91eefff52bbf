"""The page that lists every answer, made from the list itself.

python -m nameplate_ingestion.answers_page [--check] [DIRECTORY]
"""

import sys

from nameplate_api import generated
from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.body import MOST_MEMBERS
from nameplate_ingestion.admission.events import MOST_TIMES
from nameplate_ingestion.admission.json_bounds import MOST_DIGITS, MOST_KEYS, MOST_LEVELS
from nameplate_ingestion.admission.respond import MOST_REJECTED_SHOWN
from nameplate_ingestion.tenant import Limits

_LIMITS = Limits()
_HEAD = f"""\
<!-- Generated from nameplate_ingestion.admission.answers by `make generate`. -->
# Answers of the ingestion service

Whatever a client sends, the answer is one of these. Its body is a JSON object: `{{"success":true}}`, or
`{{"success":false,"code":…,"message":…,"error":…}}`, where `message` and `error` say the same: which field, what was
found, what was expected. Below `/v1/pixel/` it is a transparent image instead, with the same status; `LibraryFile` and
`IntegrationFile` are scripts, and `ProjectSettings` and `Identified` say what they are asked for.

A 200 means that the events are kept as the source's `durability` says. In a batch, good events are kept even if others
are not; the answer then tells of those, at most {MOST_REJECTED_SHOWN} of them:
`{{"success":true,"rejectedEvents":n,"rejected":[{{"index":…,"code":…,"message":…}}]}}`.
If no event of a batch is good, the first one's fault is the answer.

Every answer lets pages of any origin read it, its `Retry-After` and `X-RateLimit-Reset` included; both are seconds.

The write key is the user of Basic authentication, or `writeKey` in the body, the batch or each event, or in the pixel's
query; given more than once it must be the same. A Bearer token is not read and needs a `writeKey` beside it.

A body may hold {_LIMITS.body:,} octets before and after decompression and a batch {_LIMITS.events:,} events of
{_LIMITS.event:,} octets, unless the domain's settings say otherwise; gzip up to {MOST_MEMBERS} members; JSON up to
{MOST_LEVELS} levels, {MOST_KEYS:,} keys an event, and numbers of up to {MOST_DIGITS} digits. What a batch says for all
of its events, `context` and `integrations`, is written into each of them and counts in each; all of them together may
then be {MOST_TIMES} bodies. A byte order mark is dropped, and half a character, as JavaScript leaves it where a text
was cut, becomes U+FFFD. Of members of one name the last one counts. Everything else in an event is passed on as it
came.

An SDK drops what is refused with 4xx, but for 408 and 429. analytics-go does not look: it sends whatever is answered
with 300 or more ten times.

| code | status | retry after | what it says |
|---|---|---|---|
"""


def page() -> str:
    """Return the page."""
    return _HEAD + "".join(_line(row) for row in sorted(Row, key=lambda row: row.status))


def _line(row: Row) -> str:
    wait = "" if row.retry_after is None else f"{row.retry_after} s"
    return f"| `{row.code}` | {row.status} | {wait} | {row.text} |\n"


if __name__ == "__main__":
    sys.exit(generated.main("nameplate_ingestion.answers_page", {"docs/answers.md": page()}))
