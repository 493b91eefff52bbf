"""The settings contract: the document survives the way to the service, and its revision names its content."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nameplate_api.custom_domain import Durability, SourceType
from nameplate_api.ingestion_settings import (
    ForwardSettings,
    IngestionSettings,
    KafkaSettings,
    LibrarySettings,
    LimitSettings,
    SaslSettings,
    SinkSettings,
    SourceSettings,
    TlsSettings,
    WellKnown,
)
from nameplate_api.sink import FileSink, SaslMechanism

_TEXT = st.text(max_size=40)
_SOURCES = st.builds(
    SourceSettings,
    name=_TEXT,
    type=st.sampled_from(SourceType),
    write_key=_TEXT | st.none(),
    write_key_file=_TEXT | st.none(),
    durability=st.sampled_from(Durability),
    aliases=st.lists(st.from_regex(r"[a-z0-9]{1,8}(/[a-z0-9]{1,8})?", fullmatch=True), max_size=3).map(tuple),
)
_SINKS = st.sampled_from(
    [
        SinkSettings(),
        SinkSettings(file=FileSink()),
        SinkSettings(forward=ForwardSettings(url="https://api.segment.io")),
        SinkSettings(forward=ForwardSettings(url="http://rudder:8080", write_key_file="sink.write-key")),
        SinkSettings(kafka=KafkaSettings(bootstrap_servers=("k:9092",), topic="events", tls=TlsSettings())),
        SinkSettings(
            kafka=KafkaSettings(
                bootstrap_servers=("k:9092", "l:9092"),
                topic="events",
                sasl=SaslSettings(mechanism=SaslMechanism.SCRAM_SHA_256, username="u", password_file="sink.password"),
            )
        ),
    ]
)
_LIMITS = st.builds(
    LimitSettings,
    event_size=st.integers(1024, 1024**2),
    body_size=st.integers(1024, 4 * 1024**2),
    batch_events=st.integers(1, 100_000),
)
_SETTINGS = st.builds(
    IngestionSettings,
    domain=_TEXT,
    hosts=st.lists(_TEXT, max_size=3).map(tuple),
    uid=_TEXT,
    sources=st.lists(_SOURCES, max_size=4).map(tuple),
    sink=_SINKS,
    limits=_LIMITS,
    library=st.sampled_from([LibrarySettings(), LibrarySettings(upstream="https://cdn.segment.com")]),
    trusted_proxies=st.integers(0, 16),
)
_WEBSITE = SourceSettings(name="website", type=SourceType.ANALYTICS_JS, write_key="k3y")
_BACKEND = SourceSettings(name="backend", type=SourceType.GO, write_key_file="backend", durability=Durability.SINK)
_EXAMPLE = IngestionSettings(
    domain="cdp.acme.com",
    hosts=("cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com"),
    uid="6f1c",
    sources=(_WEBSITE, _BACKEND),
)


def test_document_is_the_agreed_json() -> None:
    document = json.loads(_EXAMPLE.document())

    revision = document.pop("revision")
    assert document == {
        "version": 1,
        "domain": "cdp.acme.com",
        "hosts": ["cdp.acme.com", "api.cdp.acme.com", "cdn.cdp.acme.com"],
        "uid": "6f1c",
        "sources": [
            {"name": "website", "type": "AnalyticsJS", "writeKey": "k3y", "durability": "Disk", "aliases": []},
            {"name": "backend", "type": "Go", "writeKeyFile": "backend", "durability": "Sink", "aliases": []},
        ],
        "sink": {"file": {}},
        "limits": {"eventSize": 32768, "bodySize": 512000, "batchEvents": 2500},
        "library": {},
        "trustedProxies": 1,
    }
    assert len(revision) == 16


@given(_SETTINGS)
def test_settings_survive_the_way_to_the_service(settings: IngestionSettings) -> None:
    document = json.loads(settings.document())
    revision = document.pop("revision")

    read = IngestionSettings.model_validate(document)

    assert read == settings
    assert read.revision == revision
    assert read.document() == settings.document()


@given(_SETTINGS, _SETTINGS)
def test_revisions_are_equal_only_for_equal_settings(one: IngestionSettings, other: IngestionSettings) -> None:
    assert (one.revision == other.revision) is (one == other)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"domain": "data.acme.com"}, id="domain"),
        pytest.param({"uid": "7a2d"}, id="uid"),
        pytest.param({"hosts": ("cdp.acme.com",)}, id="hosts"),
        pytest.param({"sources": (_WEBSITE,)}, id="a source less"),
        pytest.param({"trusted_proxies": 2}, id="proxies"),
        pytest.param({"sink": SinkSettings(forward=ForwardSettings(url="https://a.example"))}, id="sink"),
        pytest.param({"limits": LimitSettings(batch_events=1)}, id="limits"),
        pytest.param({"library": LibrarySettings(upstream="https://cdn.segment.com")}, id="upstream"),
        pytest.param({"sources": tuple(reversed(_EXAMPLE.sources))}, id="order of sources"),
    ],
)
def test_revision_changes_with_the_content(change: dict[str, Any]) -> None:
    assert _EXAMPLE.model_copy(update=change).revision != _EXAMPLE.revision


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"version": 2}, id="another version"),
        pytest.param({"surprise": 1}, id="unknown field"),
        pytest.param({"sink": {"s3": {}}}, id="unknown sink"),
        pytest.param(
            {"sources": [{"name": "a", "type": "Go", "writeKey": "k", "surprise": 1}]}, id="field of a source"
        ),
        pytest.param(
            {"sources": [{"name": "a", "type": "AnalyticsJS", "writeKey": "k", "aliases": ["../app"]}]},
            id="alias that climbs",
        ),
        pytest.param({"library": {"upstream": "ftp://cdn.segment.com"}}, id="upstream that is no web server"),
        pytest.param({"limits": {"bodySize": 0}}, id="no room for a body"),
        pytest.param({"trustedProxies": -1}, id="fewer than no proxies"),
    ],
)
def test_settings_that_the_service_does_not_understand_are_refused(change: dict[str, Any]) -> None:
    document = json.loads(_EXAMPLE.document())
    del document["revision"]

    with pytest.raises(ValidationError):
        IngestionSettings.model_validate(document | change)


def test_well_known_answer_names_missing_keys() -> None:
    answer = WellKnown(domain="cdp.acme.com", uid="6f1c", nonce="n", revision="r", missing_keys=("backend",))

    assert answer.model_dump(mode="json", by_alias=True)["missingKeys"] == ["backend"]
