"""What a process holds of the library: one file for every host and key, in three codings, and parts of all versions."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate_ingestion.library.coding import Coding
from nameplate_ingestion.library.shelf import Library, Names
from tests.nameplate_ingestion.library.served import text_of

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=2, max_size=20).map(".".join)
KEYS = st.from_regex(r"[A-Za-z0-9_.-]{1,128}", fullmatch=True) | st.text(min_size=1, max_size=60)
NAMES = st.builds(Names, HOSTS.map("https://{}".format), HOSTS.map("{}/v1".format), KEYS)
patient = settings(deadline=None)
VERSIONS = ("@segment/analytics-next", "analytics-next-1.84.0", "analytics-next-1.83.0")
SERVED_SO_FAR = """
407.61efa1acb302134c434b ajs-destination.40628baed746e9904edc ajs-destination.e868202043af14b91a6d
auto-track.f131ce01a05e3a33a8c1 legacyVideos.c8148be87c48a2b6537a legacyVideos.d6d584dd16b193b79db9
queryString.34b193ada8fe288d1bd1 remoteMiddleware.017f06aa227008ba8df2 remoteMiddleware.063bbf80c88cda449d9c
schemaFilter.1b218d13fed021531d4e schemaFilter.a6a77355d52c20e3a83d tsub-middleware.89bf07058b3d3b126984
tsub-middleware.d94be5c4b3baf7f16aa2
"""
"""What pages may still ask for: an upgrade adds names, and takes one away once no such page can be open any more."""


@pytest.fixture(scope="module")
def shelf(library: Library) -> Library:
    """Return the library by a name that hypothesis may share among examples."""
    return library


@patient
@given(NAMES)
def test_every_coding_holds_the_same_file(shelf, names):
    plain = text_of(shelf.file(names, Coding.IDENTITY))
    assert plain.isascii() or names.key
    assert text_of(shelf.file(names, Coding.GZIP)) == plain
    assert text_of(shelf.file(names, Coding.BROTLI)) == plain
    assert f'"{names.cdn}","{names.api}",' in plain


@patient
@given(st.lists(NAMES, min_size=2, max_size=4, unique=True))
def test_no_two_representations_have_one_tag_and_no_tag_changes(shelf, directory, several):
    tags = [shelf.file(names, coding).etag for names in several for coding in Coding]
    assert len(set(tags)) == len(tags)
    assert tags == [shelf.file(names, coding).etag for names in several for coding in Coding]
    assert all(tag[:1] == tag[-1:] == b'"' for tag in tags)


def test_tags_are_the_same_in_every_process(directory):
    names = Names("https://cdn.cdp.acme.com", "api.cdp.acme.com/v1", "k3y")
    one, other = Library.read(directory), Library.read(directory)
    for coding in Coding:
        assert one.file(names, coding) == other.file(names, coding)


@pytest.mark.parametrize("version", VERSIONS)
def test_parts_of_every_version_are_served_as_they_are(library, packages, version):
    originals = sorted((packages / version / "dist/umd").glob("*.bundle.*.js"))
    assert len(originals) >= 8
    for original in originals:
        expected = original.read_text().partition("\n//# sourceMappingURL=")[0]
        for coding in Coding:
            assert text_of(library.chunk(original.name, coding)) == expected


def test_an_upgrade_loses_no_part_that_was_ever_served(directory):
    there = {file.name for file in (directory / "bundles").glob("*.bundle.*.js")}
    assert there == {f"{part.replace('.', '.bundle.')}.js" for part in SERVED_SO_FAR.split()}


def test_the_polyfill_that_old_browsers_load_is_a_part_too(library, packages):
    original = (packages / "@babel/polyfill/dist/polyfill.min.js").read_text()
    assert text_of(library.chunk("babel-polyfill-7.7.0.min.js", Coding.BROTLI)) == original


@pytest.mark.parametrize("name", ["", "x", "analytics.min.js", "library.json", "../library.json", "\x00"])
def test_nothing_else_is_a_part(library, name):
    assert library.chunk(name, Coding.IDENTITY) is None


@pytest.mark.parametrize("suffix", [".gz", ".br"])
def test_compressed_it_is_no_larger_than_the_package_as_its_maker_serves_it(directory, packages, suffix):
    theirs = (packages / "@segment/analytics-next/dist/umd/standalone.js.gz").stat().st_size
    assert (directory / f"analytics.min.js{suffix}").stat().st_size < theirs


def test_a_directory_that_is_not_whole_is_not_read(directory: Path, tmp_path: Path):
    for file in ("analytics.min.js", "analytics.min.js.gz", "analytics.min.js.br"):
        (tmp_path / file).write_bytes((directory / file).read_bytes())
    with pytest.raises(FileNotFoundError):
        Library.read(tmp_path)
