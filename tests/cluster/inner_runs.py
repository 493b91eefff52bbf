"""Runs pytest inside a test, with one of this package's plugins, to see what the plugin does to a run."""

import os
from pathlib import Path

import pytest

from tests.cluster.build_cache import cache_root

CHECKOUT = Path(__file__).parent.parent.parent
# Looked up at import: `pytester` gives each test a home of its own, in which nothing is built.
CACHE_HOME = cache_root().parent.parent


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, plugin: str, *arguments: str) -> pytest.RunResult:
    """Run the tests that `pytester` holds in a process of their own."""
    paths = [str(CHECKOUT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        patch.setenv("XDG_CACHE_HOME", str(CACHE_HOME))
        plugins = ("-p", f"tests.cluster.{plugin}", "-p", "no:cacheprovider", "-p", "no:asyncio")
        return pytester.runpytest_subprocess(*plugins, *arguments)
