"""The demo as a person runs it: to its end, interrupted, and with a step that fails."""

import io
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.build_cache import cache_root
from tests.cluster.machine import Machine
from tests.cluster.processes import clean_environment
from tests.cluster.programs import Programs
from tests.demo import __main__ as demo
from tests.demo.conditions import Unexpected
from tests.demo.page import Page
from tests.demo.scene import Scene

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.demo")
# With the programs that were built already: building them takes longer than a test may.
ENVIRONMENT = clean_environment(XDG_CACHE_HOME=str(cache_root().parents[1]))

TOLD = [
    "$ kubectl apply -n acme -f manifests/samples/customdomain-minimal.yaml",
    "customdomain.nameplate.dev/web created",
    "Delegated           False    DelegationMissing",
    "IN  NS",
    "types into the zone editor of their provider:",
    "Delegated           True",
    "Ready               True     Serving",
    "https://api.cdp.acme.com",
    "api.cdp.acme.com A 127.",
    "--resolve api.cdp.acme.com:",
    '"domain":"cdp.acme.com"',
    '200 {"success":true}',
    '"event": "Order Completed"',
    "reach 3 Pods in turn",
    "$ kubectl get configmap web-snippets -n acme -o 'jsonpath={.data.website\\.html}'",
    't.src="https://cdn.cdp.acme.com/',
    'analytics.load("k3y");',
    "the library  https://cdn.cdp.acme.com/",
    "cdn.cdp.acme.com  127.",
    "ajs_anonymous_id ",
    "cookie of .acme.com for 365 days",
    "document  GET   www.acme.com      /",
    "script    GET   cdn.cdp.acme.com  /",
    "fetch     GET   cdn.cdp.acme.com  /v1/projects/k3y/settings",
    "fetch     POST  api.cdp.acme.com  /v1/p",
    "fetch     POST  api.cdp.acme.com  /v1/t",
    "of all other names         0, and 0 connections came",
    "identify",
    "track     Product Added",
    "track     Order Completed",
    "All 4 events of the page, each once",
    'customdomain.nameplate.dev "web" deleted',
    "ParentStillDelegates",
    "releaseTime:",
    "The customer removes at their provider:",
    "Undelegated         True",
    "REFUSED",
    f"All {len(demo.STEPS)} steps went as they must",
    "The page, as its visitor saw it: ",
]
SECOND_RUN_WITHIN = 60.0


def _processes_that_name(text: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if text in command:
            found.append(command)
    return found


def _check_visit(page: str, begun: float) -> None:
    """What the demo shows of its page, by patterns of our own."""
    visitor = re.search(r"ajs_anonymous_id ([0-9a-f-]{36}),", page)
    assert visitor is not None
    events = re.findall(r"^  (page|identify|track) .*?([0-9a-f-]{36})  (\S+)$", page, re.MULTILINE)
    assert [(kind, user) for kind, _, user in events] == [
        ("page", "-"),
        *[(kind, "u-4711") for kind in ("identify", "track", "track")],
    ]
    assert {anonymous for _, anonymous, _ in events} == {visitor[1]}
    asked = re.findall(r"^  (\w+) +(?:GET|POST|HEAD|PUT|OPTIONS) +(\S+) +(/\S*)$", page, re.MULTILINE)
    assert {host for _, host, _ in asked} == {"www.acme.com", "cdn.cdp.acme.com", "api.cdp.acme.com"}
    # The default alias: neither the maker's name nor the key is in it.
    alias = re.search(r't\.src="https://cdn\.cdp\.acme\.com(/[a-z0-9]{10}/[a-z0-9]{10}\.min\.js)"', page)
    assert alias is not None
    assert ("script", "cdn.cdp.acme.com", alias[1]) in asked
    picture = Path(page.rpartition("The page, as its visitor saw it: ")[2].strip())
    assert not picture.is_relative_to(ROOT)
    assert picture.stat().st_mtime >= begun
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_the_demo_goes_from_apply_to_ready_and_back_to_nothing(
    built_programs: Programs, pytestconfig: pytest.Config, report: Callable[[str, str], None]
) -> None:
    begun, begun_at = time.monotonic(), time.time()
    with Machine() as machine:
        done = subprocess.run(
            COMMAND, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=500
        )
        by_the_clock, net = time.monotonic() - begun, machine.net()
    page = done.stdout
    assert done.returncode == 0, page + done.stderr
    place = 0
    for text in TOLD:
        place = page.find(text, place)
        assert place >= 0, f"{text!r} is missing, or not in its place:\n{page}"
    # Plain text for pipes and files.
    assert "\x1b" not in page
    _check_visit(page, begun_at)
    # A bound on a machine that a full run is given; a plain one may have any.
    assert net < SECOND_RUN_WITHIN or not pytestconfig.getoption("soak")
    report(
        "The demo, run for the second time",
        f"From its first line to the end of all that it started, {by_the_clock:.0f} s by the clock; {net:.0f} s less "
        f"what others on the machine took meanwhile.",
    )


def test_interrupted_it_ends_all_that_it_started(built_programs: Programs) -> None:
    with subprocess.Popen(COMMAND, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        kubeconfig = next(line for line in running.stdout if "KUBECONFIG=" in line).partition("KUBECONFIG=")[2]
        directory = Path(kubeconfig.strip()).parents[1]
        assert _processes_that_name(str(directory))
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
    assert (running.returncode, "Interrupted" in rest) == (130, True)
    assert (_processes_that_name(str(directory)), directory.exists()) == ([], False)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(Unexpected("expected bread; seen: stones"), "expected bread; seen: stones", id="not as expected"),
        pytest.param(TimeoutError("bread: not within 5 s"), "bread: not within 5 s", id="not in time"),
        pytest.param(KeyError("bread"), "KeyError: 'bread'", id="a mistake of the demo"),
    ],
)
def test_a_step_that_fails_is_told_with_where_the_logs_are(
    error: Exception,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    log = tmp_path / "some.log"
    log.write_text("last words")
    stream = io.StringIO()

    def well(scene: Scene) -> None:
        scene.logs["some"] = log

    def badly(scene: Scene) -> None:
        raise error

    def never(scene: Scene) -> None:
        raise AssertionError("a step after one that failed")

    steps: tuple[tuple[str, Callable[[Scene], None]], ...] = (("One", well), ("Two", badly), ("Three", never))
    kept = tmp_path / "kept"
    monkeypatch.setattr(demo, "STEPS", steps)
    monkeypatch.setattr(demo, "Page", lambda: Page(stream))
    monkeypatch.setattr("tempfile.mkdtemp", _folder(kept))
    assert demo.main() == 1
    assert f"FAILED in step 'Two'\n  {told}" in stream.getvalue()
    assert f"kept in {kept}" in stream.getvalue().replace("\n  ", " ")
    assert (kept / "some.log").read_text() == "last words"


def _folder(kept: Path) -> Callable[..., str]:
    def make(*_: Any, **__: Any) -> str:
        kept.mkdir()
        return str(kept)

    return make
