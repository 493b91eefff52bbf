"""Settings: what is mounted is served within one look, and what is wrong with it is said and changes nothing."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from nameplate_ingestion.served import Domains, ToForward, ToNobody
from nameplate_ingestion.settings_reader import SettingsReader
from nameplate_ingestion.tenant import Tenant
from tests.nameplate_ingestion.mounted import BACKEND, WEBSITE, Json, Mounts, document

TWO = document(sources=[WEBSITE, BACKEND])


@pytest.fixture
def mounts(tmp_path: Path) -> Mounts:
    """Empty ones."""
    return Mounts(tmp_path)


def reader(mounts: Mounts) -> SettingsReader:
    return SettingsReader(mounts.settings, mounts.keys, mounts.data / "settings")


class Seen(NamedTuple):
    """A reading, with its tenants by host."""

    domains: Domains
    problems: tuple[str, ...]
    complete: bool
    tenants: dict[bytes, Tenant]


def look(reader: SettingsReader) -> Seen:
    reading = reader.look()
    assert reading is not None
    tenants = {host.encode(): each.tenant for each in reading.domains.values() for host in each.tenant.hosts}
    return Seen(*reading, tenants)


def test_a_document_is_served_by_each_of_its_hosts(mounts: Mounts):
    mounts.write(document(limits={"bodySize": 2048}, trustedProxies=3))
    reading = look(reader(mounts))
    assert set(reading.tenants) == {b"cdp.acme.com", b"api.cdp.acme.com"}
    tenant = reading.tenants[b"api.cdp.acme.com"]
    assert (tenant.domain, tenant.uid, tenant.revision) == ("cdp.acme.com", "uid-of-cdp.acme.com", "r1")
    assert (tenant.limits.body, tenant.limits.event, tenant.limits.events) == (2048, 32768, 2500)
    assert tenant.trusted_proxies == 3
    assert {key: source.name for key, source in tenant.sources.items()} == {b"k3y": "website"}
    assert reading.problems == ()


def test_nothing_is_read_again_while_nothing_is_replaced(mounts: Mounts):
    mounts.write(document())
    settings = reader(mounts)
    look(settings)
    assert settings.look() is None
    mounts.write(document(revision="r2"))
    assert look(settings).tenants[b"cdp.acme.com"].revision == "r2"


@pytest.mark.parametrize(
    ("mounted", "key"),
    [
        pytest.param(b"s3cret", b"s3cret", id="as it is"),
        pytest.param(b"s3cret\n", b"s3cret", id="with a line break"),
        pytest.param(b"s3cret\r\n", b"s3cret", id="with a line break of Windows"),
        pytest.param(b"s3 cret ", b"s3 cret ", id="with blanks"),
    ],
)
def test_a_secret_key_is_what_its_file_holds(mounts: Mounts, mounted: bytes, key: bytes):
    mounts.write(TWO)
    mounts.write_keys({"backend": mounted})
    tenant = look(reader(mounts)).tenants[b"cdp.acme.com"]
    assert tenant.sources[key].name == "backend"
    assert tenant.missing_keys == ()


@pytest.mark.parametrize(
    "mounted", [{}, {"backend": b""}, {"backend": b"\n"}], ids=["no file", "empty", "a line break"]
)
def test_a_missing_key_is_named_and_the_other_sources_are_served(mounts: Mounts, mounted: dict[str, bytes]):
    mounts.write(TWO)
    mounts.write_keys(mounted)
    reading = look(reader(mounts))
    tenant = reading.tenants[b"cdp.acme.com"]
    assert tenant.missing_keys == ("backend",)
    assert list(tenant.sources) == [b"k3y"]
    (problem,) = reading.problems
    assert "no key file of backend" in problem


def test_a_key_comes_and_changes_without_a_restart_and_stays_while_its_file_is_away(mounts: Mounts):
    mounts.write(TWO)
    settings = reader(mounts)
    assert look(settings).tenants[b"cdp.acme.com"].missing_keys == ("backend",)
    for key in (b"one", b"two"):
        mounts.write_keys({"backend": key + b"\n"})
        assert set(look(settings).tenants[b"cdp.acme.com"].sources) == {b"k3y", key}
    mounts.write_keys({})
    reading = look(settings)
    tenant = reading.tenants[b"cdp.acme.com"]
    assert (tenant.missing_keys, tenant.awaits_keys, set(tenant.sources)) == (("backend",), False, {b"k3y", b"two"})
    assert "the key file of backend is gone, and its last content stays in force" in reading.problems[0]
    restarted = look(reader(mounts)).tenants[b"cdp.acme.com"]
    assert (restarted.awaits_keys, set(restarted.sources)) == (True, {b"k3y"})


def test_a_key_whose_source_the_settings_drop_is_forgotten(mounts: Mounts):
    mounts.write(TWO)
    mounts.write_keys({"backend": b"one"})
    settings = reader(mounts)
    look(settings)
    mounts.write_keys({})
    for revision, sources in (("r2", [WEBSITE]), ("r3", [WEBSITE, BACKEND])):
        mounts.write(document(sources=sources, revision=revision))
        assert set(look(settings).tenants[b"cdp.acme.com"].sources) == {b"k3y"}


def test_a_source_with_the_key_of_another_is_not_served(mounts: Mounts):
    mounts.write(TWO)
    mounts.write_keys({"backend": b"k3y"})
    reading = look(reader(mounts))
    assert reading.tenants[b"cdp.acme.com"].sources[b"k3y"].name == "website"
    (problem,) = reading.problems
    assert "another source has the write key of backend already" in problem
    assert "k3y" not in problem


BAD: list[tuple[Json | str, str]] = [
    ("{", "settings.json: is not JSON at line 1, column 2"),
    ("[]", "settings.json: is not a JSON object"),
    (document(version=2), "version: input should be 1"),
    (document(surprise="s3cret"), "surprise: is not a field that is known here"),
    (document(uid=None), "uid: input should be a valid string"),
    (document(hosts=[]), "hosts: should be host names"),
    (document(hosts=["../etc"]), "hosts: should be host names"),
    (document(domain="../etc"), "domain: should be a host name"),
    (document(sources=[WEBSITE | {"durability": "Tape"}]), "sources.0.durability: input should be 'Memory', 'Disk'"),
    (document(sources=[BACKEND | {"writeKeyFile": "../../etc/passwd"}]), "sources: a file should be named by letters"),
    (document(sources=[BACKEND | {"writeKeyFile": ".."}]), "sources: a file should be named by letters"),
    (document(sink={"kafka": {"topic": "t"}}), "sink.kafka.bootstrapServers: field required"),
    (document(sink={"forward": {"url": "http://a.b", "writeKeyFile": "/x"}}), "sink: a file should be named"),
    (document(limits={"bodySize": 10}), "limits.bodySize: input should be greater than or equal to 1024"),
    (document(revision=7), "revision: should be a string"),
]


@pytest.mark.parametrize(("content", "problem"), BAD, ids=[problem for _, problem in BAD])
def test_a_bad_document_is_told_by_its_field_and_the_last_good_one_stays(
    mounts: Mounts, content: Json | str, problem: str
):
    mounts.write(TWO)
    settings = reader(mounts)
    look(settings)
    mounts.write(content)
    mounts.write_keys({"backend": b"s3cond"})
    reading = look(settings)
    assert reading.tenants[b"cdp.acme.com"].revision == "r1"
    assert set(reading.tenants[b"cdp.acme.com"].sources) == {b"k3y", b"s3cond"}, "keys are followed all the same"
    (told,) = reading.problems
    assert problem in told
    assert "s3cret" not in told
    mounts.write(document(revision="r2"))
    reading = look(settings)
    assert (reading.tenants[b"cdp.acme.com"].revision, reading.problems) == ("r2", ())


def test_a_bad_first_document_serves_nobody(mounts: Mounts):
    mounts.write("{")
    reading = look(reader(mounts))
    assert (reading.tenants, len(reading.problems), reading.complete) == ({}, 1, False)
    mounts.write(document())
    assert look(reader(mounts)).complete


def test_a_restart_with_a_bad_document_serves_by_the_last_good_one_which_holds_no_secret(mounts: Mounts):
    mounts.write(TWO)
    mounts.write_keys({"backend": b"s3cond"})
    look(reader(mounts))
    mounts.write("{")
    reading = look(reader(mounts))
    tenant = reading.tenants[b"cdp.acme.com"]
    assert (tenant.revision, set(tenant.sources)) == ("r1", {b"k3y", b"s3cond"})
    assert all(b"s3cond" not in copy.read_bytes() for copy in (mounts.data / "settings").iterdir())


def test_a_restart_without_any_document_serves_by_the_last_good_one(mounts: Mounts):
    mounts.write(document())
    look(reader(mounts))
    shutil.rmtree(mounts.settings)
    mounts.settings.mkdir()
    reading = look(reader(mounts))
    assert set(reading.tenants) == {b"cdp.acme.com", b"api.cdp.acme.com"}
    (problem,) = reading.problems
    assert problem.endswith("holds no settings document")


def test_a_copy_that_a_power_cut_spoilt_is_read_over(mounts: Mounts):
    mounts.write(document())
    look(reader(mounts))
    (copy,) = (mounts.data / "settings").iterdir()
    copy.write_bytes(b"\0" * 40)
    assert look(reader(mounts)).problems == ()


def test_one_process_serves_many_domains_each_with_keys_of_its_own(mounts: Mounts):
    for name in ("one", "two"):
        mounts.write(document(f"cdp.{name}.com", sources=[WEBSITE, BACKEND]), name)
        mounts.write_keys({"backend": name.encode()}, name)
    (mounts.settings / "three.json").write_text(json.dumps(document("cdp.three.com")))
    settings = reader(mounts)
    reading = look(settings)
    assert set(reading.domains) == {"cdp.one.com", "cdp.two.com", "cdp.three.com"}
    assert set(reading.tenants[b"cdp.two.com"].sources) == {b"k3y", b"two"}
    shutil.rmtree(mounts.settings / "one")
    assert set(look(settings).domains) == {"cdp.two.com", "cdp.three.com"}
    assert set(look(reader(mounts)).domains) == {"cdp.two.com", "cdp.three.com"}, "after a restart too"


def test_a_host_stays_with_the_domain_that_is_served_by_it(mounts: Mounts):
    mounts.write(document("cdp.zzz.com"), "zzz")
    settings = reader(mounts)
    look(settings)
    mounts.write(document("cdp.aaa.com", hosts=["cdp.aaa.com", "api.cdp.zzz.com"]), "aaa")
    for each in (settings, reader(mounts)):
        reading = look(each)
        assert reading.tenants[b"api.cdp.zzz.com"].domain == "cdp.zzz.com"
        assert set(reading.domains) == {"cdp.zzz.com"}
        (problem,) = reading.problems
        assert "aaa/settings.json: hosts: api.cdp.zzz.com is served for" in problem
    mounts.write(document("cdp.zzz.com", hosts=["cdp.zzz.com"]), "zzz")
    assert look(settings).tenants[b"api.cdp.zzz.com"].domain == "cdp.aaa.com"


def test_a_sink_without_its_secret_is_named(mounts: Mounts):
    sink = {"forward": {"url": "https://api.example", "writeKeyFile": "sink.write-key"}}
    mounts.write(document(sink=sink))
    settings = reader(mounts)
    reading = look(settings)
    assert reading.tenants[b"cdp.acme.com"].missing_keys == ("ingestion.sink",)
    assert reading.domains["cdp.acme.com"].destination == ToNobody("there is no key file sink.write-key")
    mounts.write_keys({"sink.write-key": b"f4r\n"})
    served = look(settings).domains["cdp.acme.com"]
    assert served.tenant.missing_keys == ()
    assert served.destination == ToForward("https://api.example", {"website": "f4r"})
    assert "f4r" not in repr(served)
