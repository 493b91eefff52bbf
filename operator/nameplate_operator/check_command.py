"""``nameplate check NAME``: the delegation check from any machine, without a cluster."""

import argparse
import asyncio
import io
import json
import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from nameplate_api.conditions import Truth
from nameplate_api.hostname import LONGEST_HOST, UnusableName, check, normalise
from nameplate_api.text import printable
from nameplate_operator.adapters.address_guard import AddressGuard
from nameplate_operator.adapters.dnspython_resolver import DnspythonResolver
from nameplate_operator.adapters.root_hints import BadHints, public_roots, read_root_hints
from nameplate_operator.check_report import as_json, as_text
from nameplate_operator.delegation.diagnosis import Case, diagnose
from nameplate_operator.delegation.facts import Facts
from nameplate_operator.delegation.look import DelegationLook
from nameplate_operator.delegation.problem import Conclusion, Problem, Severity, conclude
from nameplate_operator.ports import CutCache, Server
from nameplate_operator.usage import Parser

_EXIT = {Truth.TRUE: 0, Truth.FALSE: 1, Truth.UNKNOWN: 2}
_INTERRUPTED = 130
_TIMEOUT = 12.0
_LONGEST_TIMEOUT = 3600.0
_JOIN_AFTER = 1.0
"""Longest wait in seconds before another way to ask the same server is tried beside the last."""


def main(argv: Sequence[str] | None = None) -> int:
    """Check one name and print the outcome; return 0 delegated, 1 not, 2 could not look, 64 wrong usage."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as ended:
        return int(ended.code or 0)
    try:
        conclusion, facts = _checked(options)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - 1 would say that the name is not delegated
        print(f"nameplate check: it failed in an unforeseen way ({type(error).__name__}).", file=sys.stderr)  # noqa: T201
        return _EXIT[Truth.UNKNOWN]
    as_asked = (
        json.dumps(as_json(conclusion, facts), indent=2) if options.output == "json" else as_text(conclusion, facts)
    )
    return _EXIT[conclusion.truth] if _printed(as_asked) else _EXIT[Truth.UNKNOWN]


def _printed(text: str) -> bool:
    """Print the outcome; say whether it got out, since no verdict counts that nobody could read."""
    try:
        encoding = sys.stdout.encoding or "ascii"
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)  # noqa: T201 - the command's output
    except (OSError, AttributeError, ValueError):
        # Else the interpreter tries once more at its end, and ends with a code of its own.
        sys.stdout = io.StringIO()
        return False
    return True


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="nameplate check",
        description="Check how a name is delegated, at the authoritative servers of its parent zone.",
        epilog="Exit code 0: delegated; 1: not; 2: could not look; 64: wrong usage.",
        allow_abbrev=False,
    )
    parser.add_argument("name", metavar="NAME", help="the name, such as cdp.acme.com; Unicode is fine")
    parser.add_argument(
        "--nameserver",
        metavar="NS",
        action="append",
        default=[],
        type=_host,
        help="a name server that must be listed; may be repeated. Without it whatever is listed will do",
    )
    parser.add_argument(
        "--zone-token", metavar="TOKEN", type=_token, help="what the TXT record at _nameplate must hold"
    )
    parser.add_argument("--root-hints", metavar="FILE", type=_hints, help="a named.root file, for a private DNS")
    parser.add_argument("--port", metavar="N", type=_port, default=53, help="port of every server (default 53)")
    parser.add_argument(
        "--timeout", metavar="T", type=_timeout, default=_TIMEOUT, help="seconds for the whole check (default 12)"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text", help="what to print (default text)")
    return parser


def _checked(options: argparse.Namespace) -> tuple[Conclusion, Facts]:
    try:
        name = normalise(options.name)
        check(name)
    except UnusableName as error:
        shown = printable(options.name[:LONGEST_HOST])
        problem = Problem(error.reason, Severity.BLOCKING, error.message)
        return conclude(shown, (problem,)), Facts(shown)
    return asyncio.run(_look(name, options))


async def _look(name: str, options: argparse.Namespace) -> tuple[Conclusion, Facts]:
    resolver = DnspythonResolver(
        roots=options.root_hints or public_roots(),
        port=options.port,
        join_after=min(_JOIN_AFTER, options.timeout / 10),
        # Whoever brings root servers of their own means a private network.
        guard=AddressGuard(everything=options.root_hints is not None),
    )
    nameservers = tuple(dict.fromkeys(options.nameserver))
    facts = await DelegationLook(resolver, options.timeout, CutCache()).look(name, nameservers)
    return diagnose(Case(facts, datetime.now(UTC), nameservers, options.zone_token)), facts


def _host(text: str) -> str:
    try:
        return normalise(text)
    except UnusableName as error:
        raise argparse.ArgumentTypeError(error.message) from None


def _token(text: str) -> str:
    if not text or not text.isascii() or not text.isprintable() or len(text) > 255:
        raise argparse.ArgumentTypeError("a token is 1 to 255 printable ASCII characters")
    return text


def _hints(text: str) -> tuple[Server, ...]:
    try:
        return read_root_hints(Path(text))
    except BadHints as error:
        raise argparse.ArgumentTypeError(f"{text} is no file of root hints: {error}") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no file name"
        raise argparse.ArgumentTypeError(f"cannot read {text}: {why}") from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST_TIMEOUT:
        raise argparse.ArgumentTypeError(f"a timeout is a number of seconds, at most {_LONGEST_TIMEOUT:.0f}")
    return seconds
