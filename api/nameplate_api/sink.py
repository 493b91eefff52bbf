"""Where a domain's events go once they are collected, as the owner of the domain writes it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from nameplate_api.base import ApiModel
from nameplate_api.schema import ATOMIC, matching, rules
from nameplate_api.secret_key_ref import SecretKeyRef

_URL = r"^https?://[^\s/?#@]+(/[^\s?#@]*)?$"
ForwardUrl = Annotated[str, Field(max_length=2048, pattern=_URL)]
_BROKER = r"^([-.A-Za-z0-9]+|\[[.:0-9A-Fa-f]+\]):[0-9]{1,5}$"
Broker = Annotated[
    str,
    Field(
        max_length=261,
        pattern=_BROKER,
        json_schema_extra=matching(_BROKER, "write each broker as host:port, such as kafka-1.example.com:9092"),
    ),
]
Brokers = Annotated[tuple[Broker, ...], Field(min_length=1, max_length=16, json_schema_extra=ATOMIC)]
_TOPIC = "^[-._a-zA-Z0-9]+$"
Topic = Annotated[str, Field(min_length=1, max_length=249, pattern=_TOPIC)]
"""As Kafka allows it (``Topic.validate``)."""
SaslUser = Annotated[str, Field(min_length=1, max_length=255)]


class SaslMechanism(StrEnum):
    """How a Kafka client proves who it is."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


class FileSink(ApiModel):
    """Files of one JSON object a line, on the Pod's own volume: for trying out and for a shipper beside it."""


class ForwardSink(ApiModel):
    """Another endpoint that speaks Segment's Tracking API."""

    url: Annotated[
        ForwardUrl,
        Field(
            description="Its URL without /v1/batch, such as https://api.segment.io.",
            json_schema_extra=rules(
                (
                    f"self.contains('@') || self.matches(r'{_URL}')",
                    "begin with http:// or https:// and end with host or path, such as https://api.segment.io",
                ),
                ("!self.contains('@')", "put the key into a Secret and name it in writeKeySecretRef, not into the URL"),
                ("!self.matches('/v1(/.*)?$')", "leave out /v1 and what follows: it is added"),
            ),
        ),
    ]
    write_key_secret_ref: Annotated[
        SecretKeyRef | None,
        Field(description="Where the write key for it stands; none = each source's own write key."),
    ] = None


class KafkaTls(ApiModel):
    """TLS to the brokers, always verified."""

    ca_secret_ref: Annotated[
        SecretKeyRef | None,
        Field(description="Where the certificates of the brokers' authority stand, in PEM; none = the usual ones."),
    ] = None


class KafkaSasl(ApiModel):
    """Who the service is to the brokers."""

    mechanism: Annotated[SaslMechanism, Field(description="How it proves that.")] = SaslMechanism.SCRAM_SHA_512
    username: Annotated[SaslUser, Field(description="User name.")]
    password_secret_ref: Annotated[SecretKeyRef, Field(description="Where the password stands.")]


class KafkaSink(
    ApiModel,
    json_schema_extra=rules(
        (
            "!has(self.sasl) || self.sasl.mechanism != 'PLAIN' || has(self.tls)",
            "add tls, or choose a SCRAM mechanism: PLAIN sends the password as it is",
        ),
    ),
):
    """A topic of any cluster that speaks Kafka's protocol; acknowledged means in all in-sync replicas."""

    bootstrap_servers: Annotated[Brokers, Field(description="Some of its brokers, as host:port.")]
    topic: Annotated[
        Topic,
        Field(
            description="Topic, which must exist; its key is the user.",
            json_schema_extra=rules(
                (
                    f"self.matches(r'{_TOPIC}')",
                    "use letters, digits, dots, hyphens and underscores: Kafka takes no other",
                ),
                ("!(self in ['.', '..'])", "choose another name: Kafka has no topic of this one"),
            ),
        ),
    ]
    tls: Annotated[KafkaTls | None, Field(description="TLS; none = plain text.")] = None
    sasl: Annotated[KafkaSasl | None, Field(description="Name and password; none = the brokers ask for none.")] = None


class Sink(
    ApiModel,
    json_schema_extra=rules(
        (
            "[has(self.file), has(self.forward), has(self.kafka)].filter(given, given).size() <= 1",
            "choose at most one of file, forward and kafka",
        ),
    ),
):
    """Where events go; none = the platform's default."""

    file: Annotated[FileSink | None, Field(description="Files on the Pod's own volume, lost with the Pod.")] = None
    forward: Annotated[ForwardSink | None, Field(description="Another Tracking API.")] = None
    kafka: Annotated[KafkaSink | None, Field(description="A topic of Kafka.")] = None
