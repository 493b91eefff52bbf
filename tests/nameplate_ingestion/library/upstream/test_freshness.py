"""Lifetimes, by RFC 9111: a shared cache's own directive first, the age taken off."""

import pytest

from nameplate_ingestion.library.upstream.freshness import lifetime


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, 300, id="nothing is said"),
        pytest.param({"Cache-Control": "public, max-age=86400"}, 86400, id="max-age"),
        pytest.param(
            {"Cache-Control": "max-age=60, s-maxage=600"}, 600, id="shared caches have a lifetime of their own"
        ),
        pytest.param({"Cache-Control": "PUBLIC,MAX-AGE=60"}, 60, id="in any case"),
        pytest.param({"Cache-Control": 'max-age="60"'}, 60, id="quoted"),
        pytest.param({"Cache-Control": "max-age=600", "Age": "100"}, 500, id="it is of a certain age already"),
        pytest.param({"Cache-Control": "max-age=600", "Age": "1000"}, 0, id="it is older than it may be"),
        pytest.param({"Cache-Control": "max-age=600", "Age": "-1"}, 600, id="an age that is none"),
        pytest.param({"Cache-Control": "no-cache, max-age=600"}, 0, id="no-cache"),
        pytest.param({"Cache-Control": "max-age=600, no-store"}, 0, id="no-store"),
        pytest.param({"Cache-Control": 'private="set-cookie", max-age=600'}, 0, id="private"),
        pytest.param({"Cache-Control": "max-age=-5"}, 300, id="a number that is none"),
        pytest.param({"Cache-Control": "max-age=99999999999"}, 300, id="a number that is too long"),
        pytest.param({"Cache-Control": "," * 1_000_000 + "max-age=1"}, 300, id="a header without end"),
    ],
)
def test_what_an_upstream_says(headers, seconds):
    assert lifetime(headers) == seconds
