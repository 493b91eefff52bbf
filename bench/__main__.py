"""Brings domains to Ready, has a tight client write the same objects, and prints what each needed.

    python -m bench [DOMAINS] [--write]

Everything starts by itself on this machine and ends with it.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.copies import copies
from bench.domains import Fleet
from bench.figures import Figures, table
from bench.usage import Usage
from tests.cluster.processes import clean_environment
from tests.operated.onset import Onset
from tests.operated.world import OperatedWorld

PAGE = Path(__file__).parent.parent / "docs" / "bench.md"
WORKERS = 8
"""As many domains at a time as the operator's default."""
DEFAULT_PACE = {"editEvery": 5, "firstHourEvery": 10, "activeEvery": 1800, "failedAfter": 30}
CLIENT = "bench-client"


def say(text: str) -> None:
    """Tell a person who waits how far it is; standard output is for the table."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def operate(fleet: Fleet, timeout: float) -> tuple[Figures, int]:
    """Bring the domains to Ready; return what the operator needed, and its passes."""
    world = fleet.world
    with Onset(world.cluster) as onset:
        mark, passed = world.cluster.audit_mark(), _passes(world)
        before, started = Usage.of(world.operator.pid), time.time()
        fleet.create()
        fleet.delegate(timeout)
        say("The NS records stand at the parents")
        ended = fleet.until_ready(onset, timeout)
        after = Usage.of(world.operator.pid)
    world.cluster.audit_mark()
    user = f"system:serviceaccount:{world.operator.namespace}:nameplate-operator"
    events = [event for event in world.cluster.audit_events(mark) if event.user == user]
    return Figures.of(before, after, ended - started, events), _passes(world) - passed


def write_plainly(originals: Fleet, twins: Fleet) -> Figures:
    """Have the tight client write for the twins what the operator left behind for the originals."""
    world = originals.world
    twins.create()
    pairs = zip(originals.tenants, twins.tenants, strict=True)
    plan = {
        "server": world.cluster.url,
        "ca": str(world.cluster.ca_file),
        "token": _token(world),
        "workers": WORKERS,
        "domains": [copies(one, other) for one, other in pairs],
    }
    mark = world.cluster.audit_mark()
    program = [sys.executable, "-m", "bench.tight_client"]
    done = subprocess.run(
        program, input=json.dumps(plan), capture_output=True, text=True, check=False, env=clean_environment()
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    said: dict[str, Any] = json.loads(done.stdout)
    world.cluster.audit_mark()
    events = [event for event in world.cluster.audit_events(mark) if event.user.endswith(f":{CLIENT}")]
    return Figures.of(Usage(**said["before"]), Usage(**said["after"]), said["seconds"], events)


def measure(domains: int) -> str:
    """Return the table for so many domains."""
    timeout = 120.0 + 3.0 * domains
    say("A control plane, a DNS world, PowerDNS, the edge and the operator start")
    with OperatedWorld({"pace": DEFAULT_PACE, "workers": WORKERS}, direct=True, played=True) as world:
        originals = Fleet.of(world, "operated", domains)
        say(f"{domains} CustomDomains are created")
        operator, passes = operate(originals, timeout)
        say("All are Ready")
        world.operator.terminate()
        say("The tight client writes the same objects")
        return table(operator, write_plainly(originals, Fleet.of(world, "plain", domains)), domains, passes)


def _passes(world: OperatedWorld) -> int:
    found = re.search(r'workqueue_work_duration_seconds_count\{name="customdomain"\} (\S+)', world.operator.metrics())
    return int(float(found[1])) if found else 0


def _token(world: OperatedWorld) -> str:
    kubectl = world.cluster.kubectl
    kubectl("create", "serviceaccount", CLIENT, "--namespace", "default")
    role = ("--clusterrole=cluster-admin", f"--serviceaccount=default:{CLIENT}")
    kubectl("create", "clusterrolebinding", CLIENT, *role)
    return world.cluster.token("default", CLIENT)


def main() -> int:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="What the operator needs per domain.")
    parser.add_argument("domains", nargs="?", type=int, default=200, help="how many domains (default: 200)")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name} too")
    arguments = parser.parse_args()
    page = PREFACE.format(domains=arguments.domains) + measure(arguments.domains) + "\n"
    print(page, end="")
    if arguments.write:
        PAGE.write_text(page)
    return 0


PREFACE = """\
# What the operator needs per domain

{domains} CustomDomains from creation to Ready, made at once and delegated as soon as their NS records were shown. The
tight client writes what the operator left behind for them (finalizer, claim, children, the certificate's Secret,
status) once each, for as many other domains, {workers} at a time, and looks at nothing: it decides nothing, asks no
DNS, issues no certificate and probes nobody. Both were measured in one run against one API server; requests are those
of its audit log, watches and the Lease apart. Made by `make bench`; no bar, a look.

""".replace("{workers}", str(WORKERS))


if __name__ == "__main__":
    sys.exit(main())
