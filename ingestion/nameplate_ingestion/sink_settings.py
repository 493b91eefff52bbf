"""Where a domain's events go, from its settings and the key files that they name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from zlib import crc32

from nameplate_api.ingestion_settings import IngestionSettings, KafkaSettings, SinkSettings
from nameplate_ingestion.key_files import KeyFiles
from nameplate_ingestion.served import Destination, ToFiles, ToForward, ToKafka, ToNobody
from nameplate_ingestion.tenant import Source


def sink_files(sink: SinkSettings) -> tuple[str, ...]:
    """Return the names of the files that the sink needs."""
    kafka = sink.kafka
    named = (
        sink.forward and sink.forward.write_key_file,
        kafka and kafka.tls and kafka.tls.ca_file,
        kafka and kafka.sasl and kafka.sasl.password_file,
    )
    return tuple(name for name in named if isinstance(name, str))


def find_destination(settings: IngestionSettings, sources: Mapping[bytes, Source], keys: KeyFiles) -> Destination:
    """Return where events go; the sources are those that are served, by write key."""
    sink = settings.sink
    contents: dict[str, bytes] = {}
    for name in sink_files(sink):
        content = keys.read(name)
        if content is None:
            return ToNobody(f"there is no key file {name}")
        contents[name] = content
    try:
        texts = {name: content.decode() for name, content in contents.items()}
    except UnicodeDecodeError:
        return ToNobody("a key file is not UTF-8")
    if sink.forward is not None:
        file = sink.forward.write_key_file
        names = [source.name for source in settings.sources]
        return _forward(sink.forward.url, names, sources, texts[file] if file else None)
    if sink.kafka is not None:
        return _kafka(sink.kafka, texts, keys.directory)
    return ToFiles()


def _forward(url: str, names: Sequence[str], sources: Mapping[bytes, Source], shared_key: str | None) -> ToForward:
    if shared_key is not None:
        return ToForward(url, dict.fromkeys(names, shared_key))
    own = {source.name: key.decode(errors="replace") for key, source in sources.items()}
    return ToForward(url, own, tuple(name for name in names if name not in own))


def _kafka(kafka: KafkaSettings, texts: Mapping[str, str], keys: Path) -> ToKafka:
    sasl, tls = kafka.sasl, kafka.tls
    ca = tls.ca_file if tls else None
    return ToKafka(
        kafka.bootstrap_servers,
        kafka.topic,
        tls=tls is not None,
        ca_file=str(keys / ca) if ca else None,
        ca_checksum=crc32(texts[ca].encode()) if ca else 0,
        mechanism=sasl.mechanism.value if sasl else None,
        username=sasl.username if sasl else "",
        password=texts[sasl.password_file] if sasl else "",
    )
