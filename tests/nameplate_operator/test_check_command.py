"""``nameplate check``: usage, exit codes, and what a person reads."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nameplate_operator import check_command
from tests.world.dns import faults
from tests.world.dns.world import DnsWorld

NAME = "cdp.acme.example"
OURS = ("k1.ns1.platform.example", "k1.ns2.platform.example")
MISSING = (
    "acme.example has no NS record for cdp yet. Add the records below where acme.example is hosted "
    "(its name servers are ns1.acme.example, ns2.acme.example)."
)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def world() -> Iterator[DnsWorld]:
    with DnsWorld() as world:
        world.zone("acme.example")
        world.hosted(NAME, token="t0k3n")
        yield world


def where(world: DnsWorld) -> list[str]:
    return ["--root-hints", str(world.root_hints), "--port", str(world.port)]


def expecting(world: DnsWorld) -> list[str]:
    return [*where(world), *(f"--nameserver={host}" for host in OURS), "--zone-token=t0k3n"]


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_missing_delegation_shows_lines_to_copy(world: DnsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_command.main([NAME, *expecting(world)]) == 1
    parents = [(server.name, server.address) for server in world["acme.example"].servers]
    wide = max(len(address) for _, address in parents)
    assert lines(capsys) == [
        "cdp.acme.example: not delegated as it should be (DelegationMissing)",
        MISSING,
        "",
        "Add at the parent zone:",
        "  cdp.acme.example.  3600  IN  NS  k1.ns1.platform.example.",
        "  cdp.acme.example.  3600  IN  NS  k1.ns2.platform.example.",
        "",
        "Name servers of the parent zone acme.example:",
        *(f"  {name}  {address.ljust(wide)}  NXDOMAIN" for name, address in parents),
    ]


def test_a_delegation_shows_what_each_server_said(world: DnsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    world["acme.example"].delegate("cdp", to=OURS[:1])
    world.servers[-1].inject(faults.not_authoritative(), name="nowhere.example")
    assert check_command.main([NAME, *expecting(world)]) == 0
    shown = lines(capsys)
    assert shown[0] == "cdp.acme.example: delegated (DelegatedPartially)"
    assert "  cdp.acme.example.  3600  IN  NS  k1.ns2.platform.example." in shown
    assert "Name servers of cdp.acme.example:" in shown
    assert len([line for line in shown if line.endswith("answers as the zone's own server")]) == 2


def test_the_keys_of_the_json_are_those_promised(world: DnsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_command.main([NAME, *expecting(world), "--output", "json"]) == 1
    seen: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert set(seen) == {"name", "verdict", "reason", "message", "problems", "records", "parent", "nameservers"}
    record = {
        "action": "Add",
        "name": NAME,
        "relativeName": "cdp",
        "type": "NS",
        "values": list(OURS),
        "ttl": 3600,
    }
    (problem,) = seen["problems"]
    assert (seen["name"], seen["verdict"], seen["reason"]) == (NAME, "False", "DelegationMissing")
    assert problem == {
        "reason": "DelegationMissing",
        "severity": "Blocking",
        "message": seen["message"],
        "records": [record],
    }
    assert seen["records"] == [record]
    assert seen["parent"] == {
        "zone": "acme.example",
        "servers": [
            {"name": server.name, "address": server.address, "answer": "NXDOMAIN"}
            for server in world["acme.example"].servers
        ],
    }
    assert seen["nameservers"] == []


def test_an_unreachable_world_is_told_apart_by_its_exit_code(
    world: DnsWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.inject(faults.silent())
    assert check_command.main([NAME, *expecting(world), "--timeout", "1"]) == 2
    assert lines(capsys)[0] == "cdp.acme.example: could not be looked at (EgressBlocked)"


def test_a_name_may_be_typed_in_unicode_and_with_a_dot(world: DnsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    world["acme.example"].delegate("xn--mnchen-3ya", to=["ns1.cloud.test"])
    world.hosted("xn--mnchen-3ya.acme.example", nameservers=["ns1.cloud.test"])
    assert check_command.main(["München.ACME.example.", *where(world), "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "xn--mnchen-3ya.acme.example"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("acme.com", "ApexNotDelegable"),
        ("co.uk", "ApexNotDelegable"),
        ("localhost", "InvalidName"),
        ("cdp..acme.com", "InvalidName"),
        ("cdp-.acme.com", "InvalidName"),
        ("cdp_x.acme.com", "InvalidName"),
        ("a" * 64 + ".acme.com", "InvalidName"),
        (".".join(["a" * 60] * 5) + ".com", "InvalidName"),
        ("", "InvalidName"),
        ("192.0.2.1", "InvalidName"),
        ("cdp.acme.com\x1b[31m", "InvalidName"),
        ("cdp.acme.com\n", "DelegationMissing"),
    ],
)
def test_an_unusable_name_is_a_finding_and_asks_nobody(
    world: DnsWorld, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    if reason == "DelegationMissing":
        world.zone("acme.com")
    world.forget_queries()
    assert check_command.main([name, *where(world), "--output", "json"]) == 1
    printed = capsys.readouterr().out
    seen = json.loads(printed)
    assert (seen["verdict"], seen["reason"]) == ("False", reason)
    assert [(p["reason"], p["severity"]) for p in seen["problems"]] == [(reason, "Blocking")]
    if reason != "DelegationMissing":
        assert world.queries() == []
        assert seen["parent"] == {"zone": "", "servers": []}
    assert all(character.isprintable() or character == "\n" for character in printed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: NAME"),
        ([NAME, "--nonsense"], "unrecognized arguments: --nonsense"),
        ([NAME, "other.acme.example"], "unrecognized arguments: other.acme.example"),
        ([NAME, "--port", "0"], "a port is a number from 1 to 65535"),
        ([NAME, "--port", "65536"], "a port is a number from 1 to 65535"),
        ([NAME, "--port", "dns"], "a port is a number from 1 to 65535"),
        ([NAME, "--timeout", "0"], "a timeout is a number of seconds"),
        ([NAME, "--timeout", "-1"], "a timeout is a number of seconds"),
        ([NAME, "--timeout", "nan"], "a timeout is a number of seconds"),
        ([NAME, "--timeout", "inf"], "a timeout is a number of seconds"),
        ([NAME, "--timeout", "soon"], "a timeout is a number of seconds"),
        ([NAME, "--output", "xml"], "invalid choice: 'xml'"),
        ([NAME, "--nameserver", "no_such..host"], "no_such..host is not a usable host name"),
        ([NAME, "--nameserver", "\x1b[2J"], "?[2j is not a usable host name"),
        ([NAME, "--zone-token", ""], "a token is 1 to 255 printable ASCII characters"),
        ([NAME, "--root-hints", "/no/such/file"], "cannot read /no/such/file: No such file or directory"),
        ([NAME, "--root-hints", "/"], "cannot read /: Is a directory"),
        ([NAME, "--root-hints", "/dev/null"], "/dev/null is no file of root hints"),
        ([NAME, "--output"], "expected one argument"),
        ([NAME, "--out", "json"], "unrecognized arguments"),
    ],
)
def test_wrong_usage_is_told_on_stderr(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert check_command.main(arguments) == 64
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""
    assert all(character.isprintable() or character == "\n" for character in printed.err)


@pytest.mark.parametrize(("error", "code"), [(RuntimeError("boom"), 2), (KeyboardInterrupt(), 130)])
def test_a_failure_of_its_own_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(check_command, "public_roots", fail)
    assert check_command.main([NAME]) == code
    printed = capsys.readouterr()
    assert (printed.out, "boom" in printed.err) == ("", False)


def test_help_says_what_the_exit_codes_mean(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_command.main(["--help"]) == 0
    assert "Exit code 0: delegated; 1: not; 2: could not look; 64: wrong usage." in capsys.readouterr().out


def test_a_terminal_without_unicode_is_no_obstacle() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nameplate_operator", "check", "münchen\u2603..acme.com"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}/api:{ROOT}/operator", "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "InvalidName" in done.stdout


WITHOUT_EXTRAS = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"kopf", "kubernetes", "httpx", "cryptography", "boto3", "yaml", "prometheus_client"}:
            raise ImportError(f"{name} is of an extra")

sys.meta_path.insert(0, Nothing())
from nameplate_operator.check_command import main
sys.exit(main())
"""


def test_it_needs_no_extra(world: DnsWorld) -> None:
    world["acme.example"].delegate("cdp", to=OURS)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS, NAME, *expecting(world)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}/api:{ROOT}/operator"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("cdp.acme.example: delegated (Delegated)\n")


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
def test_an_outcome_that_nobody_can_read_is_no_verdict(world: DnsWorld, redirection: str) -> None:
    command = " ".join([sys.executable, "-m", "nameplate_operator", "check", NAME, *where(world), redirection])
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
