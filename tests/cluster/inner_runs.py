"""Runs pytest inside a test, with one of this package's plugins, to see what the plugin does to a run."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent.parent


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, plugin: str, *arguments: str) -> pytest.RunResult:
    """Run the tests that `pytester` holds in a process of their own."""
    paths = [str(CHECKOUT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        return pytester.runpytest_subprocess("-p", f"tests.cluster.{plugin}", "-p", "no:cacheprovider", *arguments)
