"""The rows are whole, agree with what the SDKs' sources say, and are what the page shows."""

import json
import re
from pathlib import Path

import pytest

from tests.nameplate_ingestion.sdks.libraries import LIBRARIES
from tests.sdks.page import page
from tests.sdks.rows import REAL, Proof, library_of, read, replayed
from tests.sdks.sdks import KOTLIN, PYTHON, SDKS

_HERE = Path(__file__).parent
_DOCS = _HERE.parents[1] / "docs"
OLDER = {"Java": "3.5.4 does not yet heed Retry-After nor count its retries, as 3.5.5 does, which the sources are of"}
"""Whose package is not of the version that was read."""


def test_every_library_has_one_row_and_the_page_is_current() -> None:
    assert sorted([*{library_of(sdk) for sdk in REAL}, *replayed()]) == sorted(LIBRARIES)
    assert {sdk for sdk, row in REAL.items() if row.proof is Proof.PLAYED} == {"React Native"}
    assert Proof.REPLAY not in {row.proof for row in REAL.values()}
    assert {row.proof for row in replayed().values()} == {Proof.REPLAY}
    assert page() == (_DOCS / "sdks.md").read_text()


@pytest.mark.parametrize("sdk", REAL)
def test_what_was_seen_agrees_with_what_was_read(sdk: str) -> None:
    assert (REAL[sdk].behaviour == read(sdk)) == (sdk not in OLDER)


def test_the_rows_are_of_the_locked_versions() -> None:
    modules = (_HERE / "go" / "go.mod").read_text()
    locked = {
        "Node.js": _locked_by_npm("node", "@segment/analytics-node"),
        "React Native": _locked_by_npm("react_native", "@segment/analytics-react-native"),
        "Go": re.search(r"gopkg\.in/segmentio/analytics-go\.v3 v(\S+)", modules)[1],
        "Java": _locked_by_maven("java"),
        "Kotlin": _locked_by_maven("kotlin"),
    }
    # The tests' own packages are asked for Python's.
    assert {sdk.name: sdk.version for sdk in (*SDKS, KOTLIN) if sdk is not PYTHON} == locked


def _locked_by_npm(folder: str, package: str) -> str:
    lock = json.loads((_HERE / folder / "package-lock.json").read_text())
    return lock["packages"][f"node_modules/{package}"]["version"]


def _locked_by_maven(folder: str) -> str:
    pom = (_HERE / folder / "pom.xml").read_text()
    (version,) = re.findall(r"<dependency>.*?<version>(.*?)</version>", pom, re.DOTALL)
    return version
