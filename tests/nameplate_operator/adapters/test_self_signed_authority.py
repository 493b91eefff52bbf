"""SelfSignedAuthority on one day: damaged and foreign Secrets, rivals, and crashes at every write."""

import asyncio
import base64
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.self_signed_authority import SelfSignedAuthority
from nameplate_operator.ports import CertificateRequest, Conflict, Holding, Manifest, ProviderError, Ref
from tests.nameplate_operator.adapters.issuing import CA, edited, entry, leaf_of, looked_after, request, verify
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH

SECRET = request().secret
OWNER = {"apiVersion": "nameplate.dev/v1alpha1", "kind": "CustomDomain", "name": "web"}


def authority_on(cluster: MemoryCluster) -> SelfSignedAuthority:
    return SelfSignedAuthority(cluster, "nameplate-system")


@pytest.fixture
async def cluster() -> MemoryCluster:
    """A cluster with a certificate issued."""
    cluster = MemoryCluster()
    await authority_on(cluster).issue(request(), EPOCH)
    return cluster


def put_data(cluster: MemoryCluster, ref: Ref, **entries: str | None) -> None:
    data = cluster.objects[ref]["data"] | {name.replace("_", "."): value for name, value in entries.items()}
    edited(cluster, ref, data={name: value for name, value in data.items() if value is not None})


def text(plain: str) -> str:
    return base64.b64encode(plain.encode()).decode()


async def another_certificate() -> dict[str, str]:
    other = MemoryCluster()
    await authority_on(other).issue(request("cdp.other.com"), EPOCH)
    data: dict[str, str] = other.objects[SECRET]["data"]
    return data


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda c, _: c.objects.pop(SECRET), id="deleted"),
        pytest.param(lambda c, _: put_data(c, SECRET, tls_key=None), id="no key"),
        pytest.param(lambda c, _: put_data(c, SECRET, tls_crt=text("-----BEGIN CERT")), id="cut short"),
        pytest.param(lambda c, _: put_data(c, SECRET, tls_crt="%%%"), id="no base64"),
        pytest.param(lambda c, other: put_data(c, SECRET, tls_key=other["tls.key"]), id="the key of another"),
        pytest.param(lambda c, other: put_data(c, SECRET, ca_crt=other["ca.crt"]), id="does not chain to ca.crt"),
        pytest.param(lambda c, _: put_data(c, SECRET, ca_crt=None), id="no ca.crt"),
        pytest.param(lambda c, other: edited(c, SECRET, data=other), id="for other names"),
        pytest.param(lambda c, _: edited(c, SECRET, type="Opaque"), id="of another type"),
        pytest.param(lambda c, _: edited(c, SECRET, data=None), id="no data"),
    ],
)
async def test_a_damaged_secret_counts_as_none_and_is_issued_anew(
    cluster: MemoryCluster, damage: Callable[[MemoryCluster, dict[str, str]], Any]
) -> None:
    authority, before = authority_on(cluster), entry(cluster, CA, "ca.crt")
    damage(cluster, await another_certificate())
    assert await authority.observe(request(), EPOCH) == Holding()
    await authority.issue(request(), EPOCH)
    found = (await authority.observe(request(), EPOCH)).certificate
    assert found is not None
    assert found.current
    verify(leaf_of(cluster, request()), before, "cdp.acme.com", EPOCH)


async def test_an_immutable_secret_is_replaced_when_it_must_change(cluster: MemoryCluster) -> None:
    edited(cluster, SECRET, immutable=True)
    later = EPOCH + timedelta(days=61)
    await authority_on(cluster).issue(request(), later)
    verify(leaf_of(cluster, request()), entry(cluster, SECRET, "ca.crt"), "cdp.acme.com", EPOCH + timedelta(days=150))
    assert "immutable" not in cluster.objects[SECRET]


@pytest.mark.parametrize(
    "meta",
    [
        pytest.param({}, id="not marked"),
        pytest.param({"labels": {"app.kubernetes.io/managed-by": "nameplate"}}, id="of another domain"),
        pytest.param({"ownerReferences": [OWNER | {"kind": "Certificate", "uid": "u"}]}, id="owned by another kind"),
        pytest.param(
            {"labels": dict(request().labels), "ownerReferences": [OWNER | {"name": "other", "uid": "u"}]},
            id="owned by another CustomDomain",
        ),
    ],
)
async def test_a_strangers_secret_is_never_touched(meta: dict[str, Any]) -> None:
    cluster = MemoryCluster()
    stranger: Manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "web-tls", "namespace": "acme", **meta},
        "type": "kubernetes.io/tls",
        "data": {},
    }
    before = cluster.objects[cluster.put(stranger)]
    assert await authority_on(cluster).observe(request(), EPOCH) == Holding(foreign=True)
    with pytest.raises(Conflict):
        await authority_on(cluster).issue(request(), EPOCH)
    assert cluster.objects[SECRET] == before


async def test_the_secret_of_a_deleted_domain_of_the_same_name_is_waited_out(cluster: MemoryCluster) -> None:
    with pytest.raises(ProviderError) as caught:
        await authority_on(cluster).observe(request(uid="uid-new"), EPOCH)
    assert (caught.value.reason, caught.value.retry_after) == (Reason.WAITING, 5.0)


async def test_a_secret_that_lost_its_owner_or_labels_is_marked_again_with_the_same_certificate(
    cluster: MemoryCluster,
) -> None:
    before, marked = leaf_of(cluster, request()), cluster.objects[SECRET]["metadata"]
    edited(cluster, SECRET, metadata={k: v for k, v in marked.items() if k != "ownerReferences"})
    await looked_after(authority_on(cluster), request(), EPOCH)
    assert cluster.objects[SECRET]["metadata"]["ownerReferences"] == [request().owner]
    assert leaf_of(cluster, request()) == before


async def test_an_edited_bundle_is_put_right_without_a_new_certificate(cluster: MemoryCluster) -> None:
    before, bundle = leaf_of(cluster, request()), entry(cluster, SECRET, "ca.crt")
    other = base64.b64decode((await another_certificate())["ca.crt"]).decode()
    put_data(cluster, SECRET, ca_crt=text(bundle + other))
    found = (await authority_on(cluster).observe(request(), EPOCH)).certificate
    assert found is not None
    assert not found.current
    await looked_after(authority_on(cluster), request(), EPOCH)
    assert entry(cluster, SECRET, "ca.crt") == bundle
    assert leaf_of(cluster, request()) == before


async def test_looking_writes_nothing(cluster: MemoryCluster) -> None:
    before = list(cluster.writes)
    await authority_on(cluster).observe(request(), EPOCH + timedelta(days=5000))
    del cluster.objects[CA]
    await authority_on(cluster).observe(request(), EPOCH)
    assert cluster.writes == before


class Unsteady(MemoryCluster):
    """An API whose answers take their time, and that dies at one write: before it, or after its effect."""

    def __init__(self, chance: random.Random, dies_at: int = -1, after_effect: bool = False) -> None:
        super().__init__()
        self.chance, self.dies_at, self.after_effect = chance, dies_at, after_effect

    async def _pause(self) -> None:
        for _ in range(self.chance.randrange(4)):
            await asyncio.sleep(0)

    def _dies(self, before: int) -> bool:
        return before == self.dies_at

    async def get(self, ref: Ref) -> Manifest | None:
        await self._pause()
        found = await super().get(ref)
        await self._pause()
        return found

    async def create(self, manifest: Manifest) -> Manifest:
        await self._pause()
        number = len(self.writes)
        if self._dies(number) and not self.after_effect:
            self.dies_at = -1
            raise KeyboardInterrupt
        made = await super().create(manifest)
        if self._dies(number):
            self.dies_at = -1
            raise KeyboardInterrupt
        return made


async def race(cluster: MemoryCluster, now: datetime) -> set[str]:
    """Let two operators issue for four domains at once; return the bundles that come of it."""
    wanted = [request(f"cdp.tenant{i}.com", f"web{i}") for i in range(4)]

    async def run(one: CertificateRequest) -> None:
        for _ in range(8):
            try:
                return await authority_on(cluster).issue(one, now)
            except Conflict:
                continue
        raise AssertionError("no end of conflicts")

    await asyncio.gather(*(run(one) for one in wanted + wanted))
    for one in wanted:
        verify(leaf_of(cluster, one), entry(cluster, one.secret, "ca.crt"), one.names[0], now)
    return {entry(cluster, one.secret, "ca.crt") for one in wanted}


async def test_two_operators_never_make_two_authorities_nor_two_successors(rng: random.Random) -> None:
    for _ in range(20):
        cluster = Unsteady(rng)
        (first,) = await race(cluster, EPOCH)
        (announced,) = await race(cluster, EPOCH + timedelta(days=5 * 365 - 180))
        (switched,) = await race(cluster, EPOCH + timedelta(days=5 * 365 - 90))
        assert announced == first + switched


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("write", [0, 1])
async def test_an_operator_killed_at_any_write_leaves_one_authority(
    rng: random.Random, write: int, after_effect: bool
) -> None:
    cluster = Unsteady(rng, write, after_effect)
    with pytest.raises(KeyboardInterrupt):
        await authority_on(cluster).issue(request(), EPOCH)
    found = await looked_after(authority_on(cluster), request(), EPOCH)
    assert found.current
    assert [verb for verb, ref in cluster.writes if "nameplate-ca" in ref] == ["create"]
    assert [verb for verb, ref in cluster.writes if "web-tls" in ref] == ["create"]
