"""Asks about a world as ``nameplate check`` and the operator do: through the real adapter."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from nameplate_operator import check_command
from nameplate_operator.adapters.address_guard import AddressGuard
from nameplate_operator.adapters.dnspython_resolver import DnspythonResolver
from nameplate_operator.adapters.root_hints import read_root_hints
from nameplate_operator.check_report import as_json
from nameplate_operator.delegation.diagnosis import Case, diagnose
from nameplate_operator.delegation.look import DelegationLook
from nameplate_operator.ports import CutCache
from tests.world.dns.world import DnsWorld

PATIENCE = 0.5
TIMEOUT = 20.0


def resolver(world: DnsWorld, patience: float = PATIENCE) -> DnspythonResolver:
    """The real adapter, kept to loopback."""
    guard = AddressGuard((ip_network("127.0.0.0/8"),))
    return DnspythonResolver(read_root_hints(world.root_hints), world.port, patience, guard)


async def look(
    world: DnsWorld,
    name: str,
    nameservers: Sequence[str] = (),
    token: str | None = None,
    patience: float = PATIENCE,
) -> dict[str, Any]:
    """What the operator would conclude, in the form of the command's JSON."""
    facts = await DelegationLook(resolver(world, patience), TIMEOUT, CutCache()).look(name, nameservers)
    return as_json(diagnose(Case(facts, datetime.now(UTC), tuple(nameservers), token)), facts)


def arguments(world: DnsWorld, name: str, nameservers: Sequence[str] = (), token: str | None = None) -> list[str]:
    """The arguments of ``nameplate check`` for a question about the world."""
    where = ["--root-hints", str(world.root_hints), "--port", str(world.port), "--timeout", str(12 * PATIENCE)]
    return [name, *where, *(f"--nameserver={ns}" for ns in nameservers), *([f"--zone-token={token}"] if token else [])]


def command(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    """Run ``nameplate check`` in this process; its exit code and JSON."""
    code = check_command.main([*argv, "--output", "json"])
    return code, json.loads(capsys.readouterr().out)
