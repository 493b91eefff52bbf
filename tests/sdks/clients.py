"""The text with which each SDK's client is made: the operator's snippet as it stands, with the key in its place."""

from nameplate_api.custom_domain import CustomDomainSpec
from nameplate_operator.children.snippets import snippets
from nameplate_operator.children.snippets.client_settings import WRITE_KEY
from tests.nameplate_ingestion.sdks.replay import SOURCES, key_of
from tests.sdks.served import DOMAIN


def client_text(sdk: str, ending: str) -> str:
    """Return the snippet of an SDK's source that has this ending."""
    name, kind = SOURCES[sdk]
    secret = {"writeKeySecretRef": {"name": "keys", "key": name}}
    spec = CustomDomainSpec.model_validate(
        {"domain": DOMAIN, "sources": [{"name": name, "type": kind, **secret}]}, by_alias=True
    )
    text = snippets(spec, "acme")[f"{name}.{ending}"]
    assert WRITE_KEY in text
    return text.replace(WRITE_KEY, key_of(sdk))
