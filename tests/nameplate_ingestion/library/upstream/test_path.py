"""Which targets name a file of an upstream: nothing but plain paths below one prefix."""

import pytest

from nameplate_ingestion.library.upstream.path import MOST_OCTETS, file_path, settings_path


@pytest.mark.parametrize(
    "target",
    [
        "/next-integrations/integrations/google-analytics/2.18.5/google-analytics.dynamic.js.gz",
        "/next-integrations/middleware/braze-web/latest/braze-web.js.gz",
        "/next-integrations/actions/amplitude-plugins/6d34b9f3dbbb9e9f7e8c.js",
        "/next-integrations/actions/YW1wbGl0dWRlLXBsdWdpbnM/6d34b9f3.js",
        "/next-integrations/integrations/vendor/commons.59560acc69c1b0a4cf49.js.gz",
        "/next-integrations/integrations/a+b=/latest/a+b=.dynamic.js.gz",
        "/next-integrations/a",
    ],
)
def test_what_the_library_asks_for_is_a_file(target):
    assert file_path(target.encode()) == target


@pytest.mark.parametrize(
    "target",
    [
        b"",
        b"/",
        b"/next-integrations",
        b"/next-integrations/",
        b"/next-integrations//a",
        b"/next-integrations/a/",
        b"/next-integrations/a//b",
        b"/next-integrations/../v1/projects/k/settings",
        b"/next-integrations/a/../../b",
        b"/next-integrations/./a",
        b"/next-integrations/.git/config",
        b"/next-integrations/a?x=1",
        b"/next-integrations/a#x",
        b"/next-integrations/a;b",
        b"/next-integrations/%2e%2e/a",
        b"/next-integrations/a%0d%0aHost:%20b",
        b"/next-integrations/a\\..\\b",
        b"/next-integrations/a:b",
        b"/next-integrations/@evil.example/a\n",
        b"/next-integrations/a b",
        b"/next-integrations/a\x00",
        b"/next-integrations/\xc3\xa4",
        b"/next-integrationsx/a",
        b"//evil.example/next-integrations/a",
        b"http://evil.example/next-integrations/a",
        b"/v1/projects/k/settings",
    ],
)
def test_nothing_else_is_one(target):
    assert file_path(target) is None


def test_a_path_is_of_bounded_length():
    longest = b"/next-integrations/".ljust(MOST_OCTETS, b"a")
    assert file_path(longest) == longest.decode()
    assert file_path(longest + b"a") is None


def test_a_write_key_cannot_change_the_path_of_its_settings():
    assert settings_path("k3y") == "/v1/projects/k3y/settings"
    assert settings_path("../a?b#c") == "/v1/projects/..%2Fa%3Fb%23c/settings"
