"""The page of what each SDK does, made from the rows that its tests hold it to.

python -m tests.sdks.page [--check] [DIRECTORY]
"""

import sys
from collections.abc import Callable, Collection, Mapping

from nameplate_api import generated
from tests.sdks.rows import REAL, Row, replayed

_HEAD = """\
<!-- Generated from tests/sdks/rows.py by `make generate`. -->
# SDKs

What each SDK does when its options name the custom domain. What a cell does not tell was not looked at.

- **real package**: the package itself, as its registry has it and pinned by a lock file, is run by `make test`. Its
  client is made by the text of the operator's snippet as it stands. It posts to the ingestion service through TLS by
  the custom name, with certificates of a private authority; calls of every type arrive once, with every field that was
  said; it looks up no other name. Each cell is what it was seen to do.
- **real package, device played**: the same, but what the package asks of a device, its facts and whether the app is in
  front, is answered by a few lines of the tests; it is told to send again and again, as by an app that comes and goes.
- **replay**: requests as its sources make them are sent octet for octet, and arrive once and whole. What it does with
  answers is read off its sources. Its package is not run: it is in none of the registries that the tests take packages
  from (PyPI, npm, Maven Central, the Go module proxy, Debian). Clojure's brings an older one of Java's and sends by it.

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
_CELLS: Mapping[str, tuple[str, Callable[[Row], str]]] = {
    "proof": ("proof", lambda row: row.proof),
    "package": ("package", lambda row: f"`{row.package}`"),
    "sends": ("sends", lambda row: f"`{row.sends}`"),
    "HTTP": ("http", lambda row: row.http),
    "key": ("key", lambda row: row.key),
    "gzip": ("gzip", lambda row: row.gzip),
    "429": ("behaviour", lambda row: row.behaviour.limited),
    "503": ("behaviour", lambda row: row.behaviour.unavailable),
    "500": ("behaviour", lambda row: row.behaviour.broken),
    "cut": ("behaviour", lambda row: row.behaviour.cut),
    "lost": ("behaviour", lambda row: row.behaviour.lost),
    "400": ("behaviour", lambda row: row.behaviour.refused),
    "counts": ("counts", lambda row: "yes" if row.counts else "no"),
    "closing": ("closing", lambda row: row.closing or ""),
}
"""By heading, the field of a row and how it is told."""


def cells(row: Row, fields: Collection[str] = Row.__dataclass_fields__) -> dict[str, str]:
    """Return what some fields of a row say, by the heading."""
    return {heading: str(tell(row)) for heading, (field, tell) in _CELLS.items() if field in fields}


def table(rows: Mapping[str, Mapping[str, str]]) -> str:
    """Return the cells of SDKs as a table; one that nothing is known of is empty."""
    lines = [["SDK", *_CELLS], ["---"] * (len(_CELLS) + 1)]
    lines += [[sdk, *(said.get(heading, "") for heading in _CELLS)] for sdk, said in rows.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page() -> str:
    """Return the page."""
    return _HEAD + table({sdk: cells(row) for sdk, row in {**REAL, **replayed()}.items()})


if __name__ == "__main__":
    sys.exit(generated.main("tests.sdks.page", {"docs/sdks.md": page()}))
