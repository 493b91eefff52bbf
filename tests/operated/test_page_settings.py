"""How pages load the library: an alias is changed without a broken page, and people are told what to put there."""

import json
from datetime import UTC, datetime, timedelta

from tests.cluster.waiting import until
from tests.operated.tenant import MERGE, Json, Tenant
from tests.operated.test_ingestion import client_of

PAGE = {"name": "website", "type": "AnalyticsJS", "writeKey": "k3y"}


def paths(tenant: Tenant) -> list[str]:
    """Return the aliases in the settings that the running service is told of."""
    document = json.loads((tenant.child("configmaps", "ingestion") or {})["data"]["settings.json"])
    found: list[str] = document["sources"][0]["aliases"]
    return found


def tag(tenant: Tenant) -> str:
    """Return the script tag that people are shown."""
    text: str = (tenant.child("configmaps", "snippets") or {"data": {}})["data"].get("website.html", "")
    return text


def recorded(tenant: Tenant) -> dict[str, Json]:
    """Return what the claim remembers of aliases, by path."""
    return {each["path"]: each for each in (tenant.claim() or {})["spec"].get("aliases", ())}


def test_a_former_alias_is_served_on_for_a_month(tenant: Tenant):
    tenant.serve(sources=[PAGE | {"alias": "m5/app"}])
    chosen, default = paths(tenant)
    assert (chosen, recorded(tenant)) == ("m5/app", {"m5/app": {"path": "m5/app", "source": "website"}})
    assert f'"https://cdn.{tenant.host}/m5/app.min.js"' in tag(tenant)

    tenant.edit(sources=[PAGE | {"alias": "a/b"}])
    tenant.ready()
    assert paths(tenant) == ["a/b", default, "m5/app"]
    assert f'"https://cdn.{tenant.host}/a/b.min.js"' in tag(tenant)
    assert "m5/app" not in tag(tenant)
    left = datetime.fromisoformat(recorded(tenant)["m5/app"]["leftTime"])
    assert timedelta(0) <= datetime.now(UTC) - left < timedelta(minutes=10)

    tenant.edit(sources=[PAGE])
    tenant.ready()
    assert sorted(paths(tenant)) == sorted([default, "a/b", "m5/app"])
    assert f'"https://cdn.{tenant.host}/{default}.min.js"' in tag(tenant)

    # As if the edit had been made 30 days before, but for the seconds until it is over.
    ending = recorded(tenant)["m5/app"] | {"leftTime": f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"}
    aged = [recorded(tenant)["a/b"], ending]
    change = {"spec": {"aliases": aged}}
    tenant.world.api.patch(tenant.claim_path, json=change, headers=MERGE).raise_for_status()
    tenant.recheck()
    until(lambda: set(recorded(tenant)) == {"a/b"}, "the first of the two to be forgotten")
    until(lambda: paths(tenant) == [default, "a/b"], "the service to be told")


def test_the_library_is_at_hand_by_every_path_old_and_new(tenant: Tenant):
    tenant.serve(sources=[PAGE | {"alias": "m5/app"}])
    (default,) = set(paths(tenant)) - {"m5/app"}
    tenant.edit(sources=[PAGE | {"alias": "a/b"}])
    tenant.ready()
    with client_of(tenant) as asking:
        for path in ("m5/app", "a/b", default):
            for ending in (".js", ".min.js"):
                until(lambda: asking.get(f"/{path}{ending}").is_success, f"{path}{ending}")  # noqa: B023
        assert asking.get("/never/chosen.js").status_code == 404


def test_a_former_alias_ends_by_itself(tenant: Tenant):
    tenant.serve(sources=[PAGE | {"alias": "m5/app"}])
    tenant.edit(sources=[PAGE])
    tenant.ready()
    ends = datetime.now(UTC) + timedelta(seconds=8)
    ending = recorded(tenant)["m5/app"] | {"leftTime": f"{ends - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"}
    change = {"spec": {"aliases": [ending]}}
    tenant.world.api.patch(tenant.claim_path, json=change, headers=MERGE).raise_for_status()
    # One look that sees when it ends; nobody asks for the next.
    tenant.recheck()
    until(lambda: recorded(tenant) == {}, "the former alias to be forgotten")
    assert datetime.now(UTC) >= ends.replace(microsecond=0)
    until(lambda: len(paths(tenant)) == 1, "the service to be told")


def test_what_a_page_must_allow_is_told_as_long_as_somebody_asks(tenant: Tenant):
    status = tenant.serve(contentSecurityPolicy={"enabled": True})["status"]
    cdn, api = f"https://cdn.{tenant.host}", f"https://api.{tenant.host}"
    assert status["snippets"] == {"configMap": f"{tenant.name}-snippets"}
    assert status["contentSecurityPolicy"] == {"scriptSrc": [cdn], "connectSrc": [cdn, api]}
    nonce = (tenant.child("configmaps", "snippets") or {})["data"]["website.nonce.html"]
    assert nonce == tag(tenant).replace("<script>", '<script nonce="<NONCE>">')
    tenant.edit(contentSecurityPolicy={"enabled": False})
    assert "contentSecurityPolicy" not in tenant.ready()["status"]
    until(lambda: "website.nonce.html" not in (tenant.child("configmaps", "snippets") or {})["data"], "it to go")


def test_no_secret_key_stands_in_a_snippet(tenant: Tenant):
    secret = {"metadata": {"name": "keys"}, "stringData": {"py": "s3cret-of-python"}}
    tenant.world.api.post(tenant.child_path("secrets"), json=secret).raise_for_status()
    backend = {"name": "backend", "type": "Python", "writeKeySecretRef": {"name": "keys", "key": "py"}}
    tenant.serve(sources=[PAGE, backend])
    data = (tenant.child("configmaps", "snippets") or {})["data"]
    assert 'analytics.write_key = "<WRITE_KEY>"' in data["backend.py"]
    assert "s3cret" not in json.dumps(data)
