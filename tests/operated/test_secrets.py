"""No secret is in a log, a status, an Event or a metric, even where everything is logged and everything goes wrong."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.programs import Programs
from tests.cluster.waiting import until
from tests.operated.disclosure import found, secrets_told
from tests.operated.tenant import MERGE, Tenant
from tests.operated.world import OperatedWorld
from tests.world.http_faults import HttpFault, Point

WRITE_KEY, SINK_KEY = "s3cret-wr1te-key", "s3cret-s1nk-key"


@pytest.fixture
def talkative_world(built_programs: Programs) -> Iterator[OperatedWorld]:
    """A world of its own in which the operator logs all that it can."""
    with OperatedWorld(built=built_programs, start=False) as world:
        world.operator.install(arguments=["--log-level", "debug"])
        world.start()
        yield world


def test_no_secret_is_told_on_a_way_on_which_everything_goes_wrong(talkative_world: OperatedWorld):
    world, tenant = talkative_world, talkative_world.tenant()
    secret(tenant, "keys", {"server": WRITE_KEY, "sink": SINK_KEY})
    forward = {"url": "https://127.0.0.1:1/", "writeKeySecretRef": {"name": "keys", "key": "sink"}}
    server = {"name": "server", "type": "Go", "writeKeySecretRef": {"name": "keys", "key": "server"}}
    tenant.serve(sources=[tenant.manifest()["spec"]["sources"][0], server], ingestion={"sink": {"forward": forward}})
    certificate = tenant.child("secrets", "tls")

    for fault in (
        HttpFault(status=401),
        HttpFault(status=422, body=b'{"error": "no"}'),
        HttpFault(drop=True),
        HttpFault(Point.AFTER_EFFECT, status=500, body=b"{}"),
    ):
        for proxy in (world.powerdns_proxy, world.api_proxy):
            proxy.inject(fault, path="zones|secrets|deployments|configmaps", times=6)
    tenant.world.api.delete(tenant.child_path("secrets", "tls")).raise_for_status()
    tenant.edit(ingestion={"replicas": 2})
    until(lambda: changed(tenant, certificate), "another certificate")
    world.heal()
    spoil(tenant)
    tenant.ready()

    world.api_proxy.cut_connections()
    tenant.be_looked_at()
    assert b"--log-level\0debug" in Path(f"/proc/{world.operator.pid}/cmdline").read_bytes()
    assert any("/zones/" in each.path and each.fault for each in world.powerdns_proxy.exchanges)
    assert any("/secrets" in each.path and each.fault for each in world.api_proxy.exchanges)
    assert secrets_told(world) == []
    with world.operator.log.open("a") as log:
        log.write(world.powerdns.api_key)
    assert secrets_told(world) == [f"the log: Secret {world.operator.namespace}/nameplate-powerdns api-key"]


def secret(tenant: Tenant, name: str, data: dict[str, str]) -> None:
    path = f"/api/v1/namespaces/{tenant.namespace}/secrets"
    tenant.world.api.post(path, json={"metadata": {"name": name}, "stringData": data}).raise_for_status()


def changed(tenant: Tenant, before: dict[str, object] | None) -> bool:
    now = tenant.child("secrets", "tls")
    return now is not None and now["data"] != (before or {})["data"]


def spoil(tenant: Tenant) -> None:
    """Write a key into the tls Secret that fits no certificate, and wait until it is mended."""
    path = tenant.child_path("secrets", "tls")
    alien = base64.b64encode(b"-----BEGIN PRIVATE KEY-----\nbm8ga2V5IGF0IGFsbA==\n-----END PRIVATE KEY-----\n").decode()
    tenant.world.api.patch(path, json={"data": {"tls.key": alien}}, headers=MERGE).raise_for_status()
    until(
        lambda: (tenant.world.get(path) or {"data": {}})["data"].get("tls.key") not in (None, alien), "a key that fits"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("key s3cret-wr1te-key refused", id="as it is"),
        pytest.param(json.dumps({"data": {"key": "czNjcmV0LXdyMXRlLWtleQ=="}}), id="as a Secret holds it"),
        *(
            pytest.param(base64.b64encode(b"x" * before + b"s3cret-wr1te-key;").decode(), id=f"encoded after {before}")
            for before in range(4)
        ),
    ],
)
def test_the_search_finds_a_secret_in_whatever_form(text: str):
    assert list(found(text, {"key": WRITE_KEY})) == ["key"]


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN EC PRIVATE KEY-----",
        "token eyJhbGciOiJSUzI1NiIsImtpZCI6Ik.eyJhdWQiOlsi.c2lnbmF0dXJl",
        "Authorization: Bearer abcdefghijkl",
        "{'X-API-Key': 'value'}",
    ],
)
def test_the_search_knows_secrets_by_their_shape(text: str):
    assert len(list(found(text, {}))) == 1
