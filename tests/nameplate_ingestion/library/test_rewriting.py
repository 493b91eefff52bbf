"""The served file is the npm package's with other hosts, and whatever stands in these it stays one script."""

import json
import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate_ingestion.library.coding import Coding
from nameplate_ingestion.library.rewriting import end_of
from nameplate_ingestion.library.shelf import Names
from tests.nameplate_ingestion.library.served import text_of

patient = settings(deadline=None, max_examples=20)
OWN_TAG = "document.currentScript&&document.currentScript.dataset.globalSegmentAnalyticsKey"
ANY_TAG = 'document.querySelector("script[data-global-segment-analytics-key]")'
NAMES = Names("https://cdn.cdp.acme.com", "api.cdp.acme.com/v1", "k3y")
ADDRESS = re.compile(r"https?:(?:\\?/){2}[\w.-]*")
AWKWARD = st.sampled_from(
    ["</script>", "<!--", "\u2028\u2029", '"', "'", "\\", "\n\r\x00", "${x}", "\U0001f600", "]]>"]
)
TEXTS = st.lists(AWKWARD | st.text(max_size=9), max_size=4).map("".join)


def test_it_is_the_packages_own_file_but_for_what_was_built_in(library, packages):
    original = (packages / "@segment/analytics-next/dist/umd/standalone.js").read_text()
    served = text_of(library.file(NAMES, Coding.IDENTITY))
    head, end = "(function($cdn,$api,$key){", '})("https://cdn.cdp.acme.com","api.cdp.acme.com/v1","k3y");\n'
    assert served.startswith(head)
    assert served.endswith(end)
    body = served.removeprefix(head).removesuffix(end)
    body = re.sub(r'\(\$cdn\+"(/analytics[^"]*/)"\)', r'"https://cdn.segment.com\1"', body)
    body = re.sub(
        r'\(\$cdn\+"/analytics-next/bundles/babel-polyfill-7\.7\.0\.min\.js"\)',
        '"https://cdnjs.cloudflare.com/ajax/libs/babel-polyfill/7.7.0/polyfill.min.js"',
        body,
    )
    # What the page says of a CDN is not asked for, and the name in the page is that of the library's own tag.
    for served_as, in_package in (
        ("null!=r?r:$cdn", "null!=r?r:null===(t=(0,i.kJ)())||void 0===t?void 0:t._cdn"),
        (f'({OWN_TAG}||"analytics")', '"analytics"'),
        (f"({OWN_TAG}?document.currentScript:{ANY_TAG})", ANY_TAG),
    ):
        assert body.count(served_as) == 1
        body = body.replace(served_as, in_package)
    for name, literal in (
        ("$cdn", "https://cdn.segment.com"),
        ("$api", "api.segment.io/v1"),
        ("$key", "__WRITE_KEY__"),
    ):
        body = body.replace(name, f'"{literal}"')
    assert f"{body}\n//# sourceMappingURL=standalone.js.map" == original


def test_no_address_of_another_host_is_left_that_a_page_could_ask(library):
    served = text_of(library.file(NAMES, Coding.IDENTITY))
    addresses = set(ADDRESS.findall(served))
    # Both schemes are compared with, two are patterns, and one is an advice on the console.
    left = {"http://", "https://", r"https:\/\/.", "https://cdn.segment.", "https://segment.com"}
    assert addresses == {"https://cdn.cdp.acme.com"} | left
    assert "segment.io" not in served
    assert "__WRITE_KEY__" not in served


def test_no_part_names_a_file_that_is_not_served(library, directory):
    for file in (directory / "bundles").glob("*.js"):
        assert "sourceMappingURL" not in file.read_text()
        assert "segment.com" not in file.read_text()


@patient
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=20, max_size=60))
def test_javascript_reads_the_names_as_they_were_given(names):
    calls = "".join(f"(function(...given){{out.push(given)}})({end_of(*each).decode()}" for each in names)
    script = "const out=[];" + calls + "process.stdout.write(JSON.stringify(out))"
    done = subprocess.run(["node", "-"], input=script.encode(), capture_output=True, check=True)
    assert [tuple(each) for each in json.loads(done.stdout)] == names


@patient
@given(TEXTS, TEXTS, TEXTS)
def test_names_end_no_script_element_and_no_line(cdn, api, key):
    end = end_of(cdn, api, key)
    assert end.isascii()
    assert b"<" not in end
    assert end.count(b"\n") == 1


@pytest.mark.parametrize("coding", Coding)
def test_the_file_is_a_valid_script(library, coding):
    done = subprocess.run(
        ["node", "--check", "-"], input=text_of(library.file(NAMES, coding)).encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_it_writes_no_more_names_to_the_window_than_a_page_may_not_give_it(library):
    served = text_of(library.file(NAMES, Coding.IDENTITY))
    written = re.findall(r"\b(?:window|self)\.(\w+)=(?!=)", served)
    assert set(written) == {"AnalyticsNext", "analyticsWriteKey", "webpackChunk_segment_analytics_next"}
