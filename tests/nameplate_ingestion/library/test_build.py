"""The builder refuses whatever it does not know: a new version that moves a host must not leak."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nameplate_ingestion.library.build import main

CDN, API, KEY = '"https://cdn.segment.com"', '"api.segment.io/v1"', '"__WRITE_KEY__"'
POLYFILL = '"https://cdnjs.cloudflare.com/ajax/libs/babel-polyfill/7.7.0/polyfill.min.js"'
STANDALONE = "dist/umd/standalone.js"
Build = Callable[..., str]
PART = "dist/umd/schemaFilter.bundle.a6a77355d52c20e3a83d.js"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "built"


@pytest.fixture
def build(packages: Path, into: Path) -> Build:
    """Return the builder, which gives the sentence of its refusal."""
    given = ["--into", str(into), "--polyfill", str(packages / "@babel/polyfill")]
    return lambda *versions: main([*given, *map(str, versions)]) or ""


def test_the_pinned_version_is_built(packages: Path, copied: Path, into: Path, build: Build):
    assert build(copied, packages / "analytics-next-1.83.0") == ""
    manifest = json.loads((into / "library.json").read_text())
    assert manifest == {"version": "1.84.3", "parts_of": ["1.83.0"]}
    assert "Segment" in (into / "LICENSE").read_text()
    assert "Sebastian McKenzie" in (into / "LICENSE.polyfill").read_text()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param((CDN, '"https://cdn.segment.net"', "https://cdn.segment.net"), id="CDN renamed"),
        pytest.param((CDN, f"{CDN}+{CDN}", "https://cdn.segment.com"), id="CDN once more"),
        pytest.param((CDN, "'https://cdn.segment.com'", "once, found it 0 times"), id="CDN in other quotes"),
        pytest.param((CDN, '"https://".concat("cdn.segment.com")', "cdn.segment.com"), id="CDN put together"),
        pytest.param((CDN, '"//cdn.segment.com"', "cdn.segment.com"), id="CDN without a scheme"),
        pytest.param((CDN, r'"https:\/\/cdn.segment.com"', "cdn.segment.com"), id="CDN with escapes"),
        pytest.param((CDN, CDN.replace("com", "com:443"), ":443"), id="CDN with a port"),
        pytest.param((API, '"api.segment.io"', "api.segment.io"), id="API without version"),
        pytest.param((API, '"events.eu1.segmentapis.com/v1"', "segmentapis"), id="another API"),
        pytest.param(("void 0:t._cdn", "void 0:t.cdn", "asked for a CDN"), id="the page's CDN by another name"),
        pytest.param(('"analytics"', "'analytics'", "once, found it 0 times"), id="another name in the page"),
        pytest.param(("[data-global-segment-", "[data-global-", "once, found it 0 times"), id="another tag of its own"),
        pytest.param((KEY, '"__KEY__"', "__WRITE_KEY__"), id="no key"),
        pytest.param((KEY, f"{KEY}||{KEY}", "__WRITE_KEY__"), id="two keys"),
        pytest.param((POLYFILL, POLYFILL.replace("7.7.0", "7.12.1"), "7.12.1"), id="another polyfill"),
        pytest.param(("!function(){var t,e", "!function(){var $cdn,t,e", "$cdn"), id="one of our names"),
        pytest.param(("!function(){var t,e", "var t;!function(){var e", "one function"), id="names of the page"),
        pytest.param(("window.AnalyticsNext={}", 'fetch("https://a.example/x")', "a.example"), id="another host"),
        pytest.param(("window.AnalyticsNext={}", 'new Image().src="//t.example/p"', "t.example"), id="a host alone"),
        pytest.param(("window.AnalyticsNext={}", 'new WebSocket("wss://t.example")', "wss://t.example"), id="a socket"),
    ],
)
def test_a_version_that_moves_a_host_is_refused(copied: Path, into: Path, build: Build, change):
    old, new, told = change
    file = copied / STANDALONE
    code = file.read_text()
    assert code.count(old) == 1
    file.write_text(code.replace(old, new))
    assert told in build(copied)
    assert not (into / "library.json").exists()


def test_a_part_that_asks_a_host_is_refused(copied: Path, build: Build):
    (copied / PART).write_text((copied / PART).read_text() + ';fetch("https://cdn.segment.com/x")')
    assert "found https://cdn.segment.com/x" in build(copied)


def test_parts_of_one_name_must_be_alike(packages: Path, copied: Path, build: Build):
    (copied / PART).write_text(";" + (copied / PART).read_text())
    assert "is not the same in all versions" in build(packages / "@segment/analytics-next", copied)


def test_other_packages_are_refused(packages: Path, tmp_path: Path, build: Build):
    assert "is tslib, expected @segment/analytics-next" in build(packages / "tslib")
    assert "No such file" in build(tmp_path / "nowhere")
