"""The settings file: what is wrong with one is said by file, field, what was found and what was expected."""

from pathlib import Path

import pytest
import yaml

from nameplate_operator.settings_file import BadSettings, read, shown

GOOD = {
    "zones": {
        "powerDns": {
            "url": "http://user:pa55@127.0.0.1:8081",
            "apiKeyFile": "/secrets/key",
            "nameserverDomain": "nameplate.example",
        }
    },
    "ingestion": {"image": "localhost/ingestion:1"},
}


def write(folder: Path, document: object) -> Path:
    file = folder / "settings.yaml"
    file.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
    return file


def test_a_good_file_is_read_and_shown_without_secrets(tmp_path: Path):
    settings = read(write(tmp_path, GOOD))
    assert settings.ingestion.image == "localhost/ingestion:1"
    assert settings.zones.power_dns.url == "http://user:pa55@127.0.0.1:8081"
    document = shown(settings)
    assert document["zones"]["powerDns"]["url"] == "http://***@127.0.0.1:8081"
    assert document["workers"] == 16
    assert "pa55" not in str(document)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        pytest.param("a: [", ["line 1", "is not YAML"], id="no YAML"),
        pytest.param("- a\n", ["found a list, expected a mapping of settings"], id="a list"),
        pytest.param("", ["found nothing, expected a mapping of settings"], id="empty"),
        pytest.param(
            GOOD | {"workers": "many"}, ["workers: found 'many', expected: input should be a valid integer"], id="type"
        ),
        pytest.param(
            {**GOOD, "zones": {"powerDns": {**GOOD["zones"]["powerDns"], "nameserverDomain": "no domain!"}}},
            ["zones.powerDns.nameserverDomain: found 'no domain!'"],
            id="no host name",
        ),
        pytest.param(
            GOOD | {"workers": 100},
            ["workers: found 100, expected: input should be less than or equal to 64"],
            id="range",
        ),
        pytest.param(
            GOOD | {"apiKey": "s3cret"},
            ["apiKey: found a field of this name, expected none: it is unknown"],
            id="unknown",
        ),
        pytest.param(
            {"ingestion": GOOD["ingestion"]}, ["zones: found nothing, expected a value: it is required"], id="missing"
        ),
        *(
            pytest.param(
                GOOD | {"ingestion": GOOD["ingestion"] | {"upstreamCdn": url}},
                ["ingestion.upstreamCdn: found "],
                id=f"upstream {url}",
            )
            for url in (
                "http://cdn.example",
                "https://",
                "https://cdn.example?a",
                "https://a@cdn.example",
                "cdn.example",
            )
        ),
        pytest.param(
            GOOD | {"workers": 0, "dns": {"port": 70000}},
            ["workers: found 0", "dns.port: found 70000"],
            id="two at a time",
        ),
    ],
)
def test_a_bad_file_is_refused_with_every_field_that_is_wrong(tmp_path: Path, document: object, told: list[str]):
    file = write(tmp_path, document)
    with pytest.raises(BadSettings) as caught:
        read(file)
    text = str(caught.value)
    assert all(line.startswith(f"{file}: ") for line in text.splitlines())
    for each in told:
        assert each in text
    assert "s3cret" not in text


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(BadSettings, match=r"absent\.yaml: cannot be read: No such file"):
        read(tmp_path / "absent.yaml")
