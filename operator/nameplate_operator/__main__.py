"""The command ``nameplate``: run | plan | check | crd | reasons."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from nameplate_operator.usage import Parser

if TYPE_CHECKING:
    from nameplate_operator.settings import OperatorSettings

NOT_INSTALLED = 69
"""EX_UNAVAILABLE."""
BAD_SETTINGS = 78
"""EX_CONFIG."""
_EXTRA = {
    "aiohttp",
    "cryptography",
    "httpx",
    "kopf",
    "kubernetes",
    "prometheus_client",
    "yaml",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["check"]:
        # It has its own options, and needs no extra.
        return _command("check_command")(given[1:])
    try:
        options = _parser().parse_args(given)
    except SystemExit as ended:
        return int(ended.code or 0)
    try:
        return int(options.command(options))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(
            f"nameplate {given[0]} needs {error.name}, which is not installed: pip install 'nameplate[operator]'\n"
        )
        return NOT_INSTALLED


def _command(module: str) -> Callable[[Sequence[str]], int]:
    main_: Callable[[Sequence[str]], int] = import_module(f"nameplate_operator.{module}").main
    return main_


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="nameplate", description="Event collection behind a customer's own name, on Kubernetes.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the operator")
    run.set_defaults(command=_with_settings, with_settings=_run)
    plan = commands.add_parser("plan", help="print what the operator would do for a CustomDomain, and do nothing")
    plan.add_argument("file", type=Path, metavar="FILE", help="a manifest")
    plan.set_defaults(command=_with_settings, with_settings=_plan)
    for each in (run, plan):
        each.add_argument("--settings", type=Path, required=True, metavar="FILE", help="the operator's settings")
        each.add_argument(
            "--log-level", default="info", choices=("debug", "info", "warning", "error"), help="default: info"
        )
    commands.add_parser("check", help="check how a name is delegated (nameplate check --help)")
    crd = commands.add_parser("crd", help="print the CustomResourceDefinitions")
    crd.set_defaults(command=_crd)
    reasons = commands.add_parser("reasons", help="print every condition's reasons, and what to do about each")
    reasons.set_defaults(command=_reasons)
    return parser


def _with_settings(options: argparse.Namespace) -> int:
    from nameplate_operator import settings_file  # noqa: PLC0415 - it needs the extra

    try:
        settings = settings_file.read(options.settings)
    except settings_file.BadSettings as error:
        sys.stderr.write(f"{error}\n")
        return BAD_SETTINGS
    return int(options.with_settings(settings, options))


def _run(settings: "OperatorSettings", options: argparse.Namespace) -> int:
    from nameplate_operator.run_command import run  # noqa: PLC0415 - as above; and bad settings need not wait for it

    return run(settings, options.log_level)


def _plan(settings: "OperatorSettings", options: argparse.Namespace) -> int:
    from nameplate_operator import plan_command  # noqa: PLC0415 - as above

    return plan_command.run(options.file, settings, options.log_level)


def _crd(_: argparse.Namespace) -> int:
    import yaml  # noqa: PLC0415

    from nameplate_api.crd import documents  # noqa: PLC0415

    sys.stdout.write(yaml.safe_dump_all(documents(), sort_keys=True, allow_unicode=True))
    return 0


def _reasons(_: argparse.Namespace) -> int:
    from nameplate_api.conditions_page import page  # noqa: PLC0415

    sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
