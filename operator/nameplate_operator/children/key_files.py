"""Names the file at which each secret of a domain is mounted for its ingestion, which alone ever reads it."""

from nameplate_api.custom_domain import SecretKeyRef, Sink
from nameplate_api.ingestion_settings import ForwardSettings, KafkaSettings, SaslSettings, SinkSettings, TlsSettings
from nameplate_api.sink import FileSink, ForwardSink, KafkaSink
from nameplate_operator.settings import PodSettings
from nameplate_operator.subject import Domain

# No source has a name with a dot.
_FORWARD_KEY = "sink.write-key"
_CA = "sink.ca.crt"
_PASSWORD = "sink.password"


def sink_of(domain: Domain, settings: PodSettings) -> Sink:
    """Return where the domain's events go: what it says itself, or the platform's default."""
    own = domain.spec.ingestion.sink
    return own if own is not None and own != Sink() else settings.sink


def key_files(domain: Domain, sink: Sink) -> dict[str, SecretKeyRef]:
    """Return what is mounted, by the path below the directory of keys: one file per secret key of a source or sink."""
    sources = {source.name: source.write_key_secret_ref for source in domain.spec.sources}
    wanted = sources | _sink_files(sink)
    return {path: ref for path, ref in wanted.items() if ref is not None}


def _sink_files(sink: Sink) -> dict[str, SecretKeyRef | None]:
    if sink.forward is not None:
        return {_FORWARD_KEY: sink.forward.write_key_secret_ref}
    if sink.kafka is not None:
        tls, sasl = sink.kafka.tls, sink.kafka.sasl
        return {_CA: tls.ca_secret_ref if tls else None, _PASSWORD: sasl.password_secret_ref if sasl else None}
    return {}


def sink_settings(sink: Sink) -> SinkSettings:
    """Return the sink as the service is told of it, with files in the place of Secrets."""
    if sink.forward is not None:
        return SinkSettings(forward=_forward(sink.forward))
    if sink.kafka is not None:
        return SinkSettings(kafka=_kafka(sink.kafka))
    return SinkSettings(file=FileSink())


def _forward(forward: ForwardSink) -> ForwardSettings:
    return ForwardSettings(url=forward.url, write_key_file=_FORWARD_KEY if forward.write_key_secret_ref else None)


def _kafka(kafka: KafkaSink) -> KafkaSettings:
    tls, sasl = kafka.tls, kafka.sasl
    return KafkaSettings(
        bootstrap_servers=kafka.bootstrap_servers,
        topic=kafka.topic,
        tls=tls and TlsSettings(ca_file=_CA if tls.ca_secret_ref else None),
        sasl=sasl and SaslSettings(mechanism=sasl.mechanism, username=sasl.username, password_file=_PASSWORD),
    )
