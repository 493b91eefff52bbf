"""All workers of a run share one control plane, which outlives a worker that crashes and ends with the run."""

import re

import pytest

from tests.cluster import inner_runs
from tests.cluster.directories import root

pytest_plugins = ["pytester"]

# The first two workers crash in their first test; those that replace them go on.
WORKERS = """
    import os
    import pytest

    @pytest.mark.parametrize("number", range(6))
    def test_shares(control_plane, namespace, number):
        worker = os.environ["PYTEST_XDIST_WORKER"]
        with open(os.environ["SEEN"], "a") as file:
            print(worker, control_plane.directory, file=file)
        if worker in ("gw0", "gw1"):
            os._exit(1)
        control_plane.kubectl("get", "namespace", namespace)
"""


def test_workers_share_one_even_when_they_crash(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = pytester.path / "seen"
    monkeypatch.setenv("SEEN", str(seen))
    pytester.makepyfile(WORKERS)
    ran = inner_runs.run(pytester, monkeypatch, "fixtures", "-n", "2")
    ran.assert_outcomes(passed=4, failed=2)

    lines = [line.split() for line in seen.read_text().splitlines()]
    workers, directories = {worker for worker, _ in lines}, {directory for _, directory in lines}
    assert {"gw0", "gw1"} < workers
    assert len(directories) == 1
    owner = re.search(r"control-plane-(\d+)-", directories.pop())
    assert owner is not None
    assert not [path for path in root().iterdir() if f"-{owner[1]}-" in path.name]
