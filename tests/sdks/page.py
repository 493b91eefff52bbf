"""The page of what each SDK does, made from the rows that its tests hold it to.

python -m tests.sdks.page [--check] [DIRECTORY]
"""

import sys
from collections.abc import Iterable, Mapping

from nameplate_api import generated
from tests.sdks.rows import REAL, Row, replayed

_HEAD = """\
<!-- Generated from tests/sdks/rows.py by `make generate`. -->
# SDKs

What each SDK does when one option of it names the custom domain.

- **real package**: the package itself, as its registry has it and pinned by a lock file, is run by `make test`. Its
  client is made by the text of the operator's snippet as it stands. It posts to the ingestion service through TLS by
  the custom name, with certificates of a private authority; calls of every type arrive once, with every field that was
  said; it looks up no other name. Each cell is what it was seen to do.
- **replay**: requests as its sources make them are sent octet for octet, and arrive once and whole. What it does with
  answers is read off its sources. Its package is in none of the registries that the tests take packages from (PyPI,
  npm, Maven Central, the Go module proxy, Debian), or does not run outside of a device.

| column | tells |
|---|---|
| sends | what brings events |
| HTTP | the version that it speaks with a front that offers 1.1 and 2 |
| key | where the write key stands |
| gzip | whether it compresses bodies |
| 429, 503 | what becomes of events after this answer, which says `Retry-After`; *when told* is not before that |
| 500, 400 | the same after these, which say no time |
| cut | the same if the connection ends before the request had any effect |
| lost | the same if it ends between effect and answer; *again* is a second delivery with the same `messageId` |
| counts | whether a second try says `X-Retry-Count` |
| closing | what becomes of events that are answered with 503 while the client is being closed |

"""
_COLUMNS = (
    "SDK",
    "proof",
    "package",
    "sends",
    "HTTP",
    "key",
    "gzip",
    "429",
    "503",
    "500",
    "cut",
    "lost",
    "400",
    "counts",
    "closing",
)


def cells(sdk: str, row: Row) -> tuple[str, ...]:
    """Return a row as it is shown."""
    did = row.behaviour
    return (
        sdk,
        row.proof,
        f"`{row.package}`",
        f"`{row.sends}`",
        row.http,
        row.key,
        row.gzip,
        *(did.limited, did.unavailable, did.broken, did.cut, did.lost, did.refused),
        "yes" if row.counts else "no",
        row.closing or "",
    )


def table(rows: Mapping[str, Row]) -> str:
    """Return rows as a table."""
    lines: Iterable[Iterable[str]] = (
        _COLUMNS,
        ["---"] * len(_COLUMNS),
        *(cells(sdk, row) for sdk, row in rows.items()),
    )
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page() -> str:
    """Return the page."""
    return _HEAD + table({**REAL, **replayed()})


if __name__ == "__main__":
    sys.exit(generated.main("tests.sdks.page", {"docs/sdks.md": page()}))
