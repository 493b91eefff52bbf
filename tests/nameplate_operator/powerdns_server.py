"""A real PowerDNS for the tests of one module, an adapter on it, and names that no other test uses."""

import contextlib
import random
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from nameplate_operator.adapters.powerdns_zones import PowerDnsZones
from nameplate_operator.settings import PowerDnsSettings
from tests.world.powerdns import PowerDNS


@pytest.fixture(scope="module")
def powerdns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerDNS]:
    """A running server on an address of its own."""
    chance = random.SystemRandom()
    address = f"127.{chance.randrange(1, 255)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
    with PowerDNS(tmp_path_factory.mktemp("pdns"), [address], chance.randrange(10_000, 32_000)) as server:
        yield server


@pytest.fixture
def key_file(powerdns: PowerDNS, tmp_path: Path) -> Path:
    """The file with the server's key, as it is mounted."""
    file = tmp_path / "api-key"
    file.write_text(f"{powerdns.api_key}\n")
    return file


@pytest.fixture
async def zones(powerdns: PowerDNS, key_file: Path) -> AsyncIterator[PowerDnsZones]:
    """The adapter on the server."""
    provider = PowerDnsZones(settings(powerdns.api_url, key_file))
    yield provider
    await provider.close()


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"cdp.{uuid.uuid4().hex[:12]}.example"


def settings(url: str, key_file: Path) -> PowerDnsSettings:
    """The operator's settings for a server."""
    return PowerDnsSettings(url=url, api_key_file=key_file, nameserver_domain="Platform.Example.")


def leave_begun(server: PowerDNS, name: str, account: str) -> None:
    """Leave what a PowerDNS leaves that was killed between storing a zone and its records, and start it again."""
    die_making(server, name, account)
    server.start()


def die_making(server: PowerDNS, name: str, account: str) -> None:
    """Have the server killed between storing a zone and its records."""
    server.kill()
    with contextlib.closing(sqlite3.connect(server.directory / "pdns.sqlite3")) as database, database:
        database.execute("insert into domains (name, type, account) values (?, 'NATIVE', ?)", (name, account))
