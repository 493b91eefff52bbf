"""Manifests that the API server must refuse, each with what it must say."""

from tests.nameplate_api.manifests import (
    WEBSITE,
    Case,
    bound_claim,
    custom_domain,
    domain_claim,
    name_of_length,
    with_kafka,
    with_resources,
    with_sink,
    with_source,
    without,
)
from tests.nameplate_api.refused_library import LIBRARY

_TOO_MANY = [WEBSITE, *({"name": f"s{i}", "type": "Go", "writeKey": f"k{i}"} for i in range(64))]
_SHORT_NAME = "choose a metadata.name of at most 52 lower-case letters, digits and hyphens, beginning with a letter"
_HOST_NAME = "name the claim after the host name: lower-case A-labels without a final dot, such as cdp.acme.com"
_SUBDOMAIN = ": use a subdomain of your domain, such as cdp.acme.com"
_ONE_KEY = "spec.sources[1]: Invalid value: give the source exactly one of writeKey and writeKeySecretRef"
_PUBLIC_KEY = "use writeKey for AnalyticsJS, Mobile and Pixel: their key is public in every page or app"
_IP = ": use a host name; an IP address cannot be delegated"
_HOST_ALONE = ": write the host name alone, without https://, port or path, such as cdp.acme.com"
_LETTERS = ": use letters, digits and hyphens between the dots: no underscore, space or other"
_HYPHEN = ": let no label, from dot to dot, begin or end with a hyphen"
_CHARACTERS = ": use letters, digits, dots, hyphens and underscores, and begin with no dot"
_LABEL = ": use lower-case letters, digits and hyphens, with no hyphen at the beginning or the end"
_RAISE = "raise limits.{0}, or lower requests.{0}: a Pod cannot request more than its limit"
_QUANTITY = ": write a number, or one with a unit of Kubernetes, such as 500m for CPU"
_SECRET = {"name": "keys", "key": "go"}

_NAMES = (
    Case("name of 53 characters", custom_domain("a" * 53), _SHORT_NAME),
    Case("name that begins with a digit", custom_domain("1web"), _SHORT_NAME),
    Case("name with a dot", custom_domain("cdp.acme"), _SHORT_NAME),
    Case("name in upper case", custom_domain("Web"), "a lowercase RFC 1123 subdomain must consist of lower case"),
)

_DOMAINS = (
    Case("no domain", custom_domain(domain=None), "spec.domain: Required value"),
    Case("domain in upper case", custom_domain(domain="CDP.acme.com"), "write the domain in lower case"),
    Case("domain with a final dot", custom_domain(domain="cdp.acme.com."), "leave out the final dot"),
    Case("wildcard in the middle", custom_domain(domain="cdp.*.acme.com"), _LETTERS),
    Case("IPv6 address in brackets", custom_domain(domain="[2001:db8::1]"), _IP),
    Case("user", custom_domain(domain="me@cdp.acme.com"), _HOST_ALONE),
    Case("wildcard", custom_domain(domain="*.acme.com"), "leave out the wildcard; name one subdomain"),
    Case("apex", custom_domain(domain="acme.com"), _SUBDOMAIN),
    Case("single label", custom_domain(domain="acme"), _SUBDOMAIN),
    Case("IPv4 address", custom_domain(domain="192.0.2.1"), _IP),
    Case("IPv4 address in other clothes", custom_domain(domain="cdp.acme.0x7f"), _IP),
    Case("IPv6 address", custom_domain(domain="2001:db8::1"), _IP),
    Case("domain of 243 octets", custom_domain(domain=name_of_length(243)),
         "spec.domain: Too long: may not be more than 242 bytes"),
    Case("label of 64 characters", custom_domain(domain=f"{'a' * 64}.acme.com"),
         ": shorten each label, from dot to dot, to at most 63 characters"),
    Case("domain in Unicode", custom_domain(domain="cdp.bücher.example"), "write the domain in A-labels (xn--...)"),
    Case("underscore", custom_domain(domain="c_p.acme.com"), _LETTERS),
    Case("leading hyphen", custom_domain(domain="-cdp.acme.com"), _HYPHEN),
    Case("trailing hyphen", custom_domain(domain="cdp-.acme.com"), _HYPHEN),
    Case("empty label", custom_domain(domain="cdp..acme.com"),
         ": leave out the empty label: a dot has a label before it"),
    Case("scheme", custom_domain(domain="https://cdp.acme.com"), _HOST_ALONE),
    Case("path", custom_domain(domain="cdp.acme.com/v1"), _HOST_ALONE),
    Case("port", custom_domain(domain="cdp.acme.com:443"), _HOST_ALONE),
    Case("space", custom_domain(domain="cdp acme.com.x"), _LETTERS),
    Case("line break at the end", custom_domain(domain="cdp.acme.com\n"), _LETTERS),
    Case("domain as a number", custom_domain(domain=42), "spec.domain in body must be of type string"),
)  # fmt: skip

_SOURCES = (
    Case("no sources field", custom_domain(sources=None), "spec.sources: Required value"),
    Case("no source", custom_domain(sources=[]), "spec.sources in body should have at least 1 items"),
    Case("no AnalyticsJS source", custom_domain(sources=[{"name": "go", "type": "Go", "writeKey": "k"}]),
         "spec.sources: Invalid value: add a source of type AnalyticsJS: the set-up of a domain needs one"),
    Case("65 sources", custom_domain(sources=_TOO_MANY), "spec.sources: Too many: 65: must have at most 64 items"),
    Case("two sources of one name", with_source(name="website"),
         'spec.sources[1]: Duplicate value: {"name":"website"}'),
    Case("two sources of one write key", with_source(writeKey="k3y"), "give each source a writeKey of its own"),
    Case("two sources of one secret key", custom_domain(sources=[
        WEBSITE,
        {"name": "one", "type": "Go", "writeKeySecretRef": _SECRET},
        {"name": "two", "type": "Ruby", "writeKeySecretRef": _SECRET},
    ]), "spec.sources: Invalid value: give each source a key of its own in writeKeySecretRef"),
    Case("source without name", with_source(name=None), "spec.sources[1].name: Required value"),
    Case("source without type", with_source(type=None), "spec.sources[1].type: Required value"),
    Case("source of unknown type", with_source(type="Fax"), 'spec.sources[1].type: Unsupported value: "Fax"'),
    Case("source without key", with_source(writeKey=None), _ONE_KEY),
    Case("source with both kinds of key", with_source(writeKeySecretRef=_SECRET), _ONE_KEY),
    Case("secret key of an AnalyticsJS source",
         with_source(type="AnalyticsJS", writeKey=None, writeKeySecretRef=_SECRET), _PUBLIC_KEY),
    Case("secret key of a Mobile source",
         with_source(type="Mobile", writeKey=None, writeKeySecretRef=_SECRET), _PUBLIC_KEY),
    Case("secret reference without key", with_source(writeKey=None, writeKeySecretRef={"name": "keys"}),
         "spec.sources[1].writeKeySecretRef.key: Required value"),
    Case("secret reference into another directory",
         with_source(writeKey=None, writeKeySecretRef={"name": "keys", "key": "../go"}),
         ": name a key of the Secret: letters, digits, dots"),
    Case("write key that browsers would take out of a path", with_source(writeKey=".."), _CHARACTERS),
    Case("empty write key", with_source(writeKey=""), "writeKey in body should be at least 1 chars long"),
    Case("write key of 129 characters", with_source(writeKey="k" * 129), "may not be more than 128 bytes"),
    Case("write key with a quote", with_source(writeKey='k"><script>'), _CHARACTERS),
    Case("source name of 64 characters", with_source(name="b" * 64), "may not be more than 63 bytes"),
    Case("source name in upper case", with_source(name="Backend"), _LABEL),
    Case("sources as an object", custom_domain(sources={}), "spec.sources in body must be of type array"),
)  # fmt: skip

_INGESTION = (
    Case("no replicas", custom_domain(ingestion={"replicas": 0}), "should be greater than or equal to 1"),
    Case("101 replicas", custom_domain(ingestion={"replicas": 101}), "should be less than or equal to 100"),
    Case("half a replica", custom_domain(ingestion={"replicas": 1.5}), "must be of type integer"),
    Case("replicas as a string", custom_domain(ingestion={"replicas": "2"}), "must be of type integer"),
    Case("quantity of an unknown unit", with_resources(requests={"cpu": "1 core"}), _QUANTITY),
    Case("negative quantity", with_resources(requests={"cpu": "-1"}), _QUANTITY),
    Case("negative number", with_resources(requests={"cpu": -1}), "should be greater than or equal to 0"),
    Case("quantity of true", with_resources(requests={"cpu": True}), "must be of type integer,string"),
    Case("quantity of 33 characters", with_resources(requests={"cpu": "1" * 33}), "may not be more than 32 bytes"),
    Case("more CPU requested than allowed", with_resources(requests={"cpu": 2}, limits={"cpu": "1500m"}),
         _RAISE.format("cpu")),
    Case("more memory requested than allowed",
         with_resources(requests={"memory": "1Gi"}, limits={"memory": "1G"}), _RAISE.format("memory")),
)  # fmt: skip

_SINKS = (
    Case("unknown durability", with_source(durability="Tape"),
         'spec.sources[1].durability: Unsupported value: "Tape": supported values: "Memory", "Disk", "Sink"'),
    Case("two sinks", with_sink(file={}, forward={"url": "https://api.segment.io"}),
         "spec.ingestion.sink: Invalid value: choose at most one of file, forward and kafka"),
    Case("unknown sink", with_sink(s3={}), 'unknown field "spec.ingestion.sink.s3"'),
    Case("forward without URL", with_sink(forward={}), "spec.ingestion.sink.forward.url: Required value"),
    Case("forward by another scheme", with_sink(forward={"url": "ftp://a.b"}), "begin with http:// or https://"),
    Case("forward with a key in the URL", with_sink(forward={"url": "https://key:@api.example"}),
         "put the key into a Secret and name it in writeKeySecretRef, not into the URL"),
    Case("forward to one path of the API", with_sink(forward={"url": "https://api.segment.io/v1/batch"}),
         "leave out /v1 and what follows: it is added"),
    Case("Kafka without broker", with_kafka(bootstrapServers=[]), "should have at least 1 items"),
    Case("Kafka without port", with_kafka(bootstrapServers=["kafka"]), "write each broker as host:port, such as"),
    Case("Kafka without topic", with_kafka(topic=None), "spec.ingestion.sink.kafka.topic: Required value"),
    Case("Kafka with an impossible topic", with_kafka(topic="all events"), "underscores: Kafka takes no other"),
    Case("Kafka with a topic of dots", with_kafka(topic=".."), "choose another name: Kafka has no topic of this one"),
    Case("Kafka with PLAIN in plain text",
         with_kafka(sasl={"mechanism": "PLAIN", "username": "u", "passwordSecretRef": _SECRET}),
         "add tls, or choose a SCRAM mechanism: PLAIN sends the password as it is"),
    Case("Kafka with a password in the spec", with_kafka(tls={}, sasl={"username": "u", "password": "p"}),
         'unknown field "spec.ingestion.sink.kafka.sasl.password"'),
    Case("Kafka with another mechanism",
         with_kafka(sasl={"mechanism": "GSSAPI", "username": "u", "passwordSecretRef": _SECRET}),
         'sasl.mechanism: Unsupported value: "GSSAPI"'),
)  # fmt: skip

_OTHER_FIELDS = (
    Case("no spec", without(custom_domain(), "spec"), "spec: Required value"),
    Case("mode CNAME", custom_domain(delegation={"mode": "CNAME"}),
         'spec.delegation.mode: Unsupported value: "CNAME": supported values: "Nameservers"'),
    Case("unknown deletion policy", custom_domain(deletionPolicy="Orphan"),
         'spec.deletionPolicy: Unsupported value: "Orphan": supported values: "Delete", "Retain"'),
    Case("suspend as a string", custom_domain(suspend="yes"), "spec.suspend in body must be of type boolean"),
    Case("unknown field", custom_domain(hostname="cdp.acme.com"), 'unknown field "spec.hostname"'),
    Case("misspelt field of a source", with_source(writekey="k"), 'unknown field "spec.sources[1].writekey"'),
    Case("a second issuer", custom_domain(certificate={"selfSigned": {}, "acm": {}}),
         'unknown field "spec.certificate.acm"'),
    Case("certificate as a string", custom_domain(certificate="selfSigned"), "must be of type object"),
)  # fmt: skip

_CLAIMS = (
    Case("claim of a single label", domain_claim("acme"), _HOST_NAME),
    Case("claim of a label of 64", domain_claim(f"{'a' * 64}.acme.com"), _HOST_NAME),
    Case("claim of 243 octets", domain_claim(name_of_length(243)), _HOST_NAME),
    Case("claim in upper case", domain_claim("CDP.acme.com"), "a lowercase RFC 1123 subdomain must consist of"),
    Case("claim without spec", without(domain_claim(), "spec"), "spec: Required value"),
    Case("holder without namespace", domain_claim(holder={"name": "web"}), "spec.holder.namespace: Required value"),
    Case("holder in an impossible namespace", domain_claim(holder={"namespace": "Acme"}),
         _LABEL),
    Case("token without holder", bound_claim(holder=None), "keep holder while the claim has a token"),
    Case("zone without token", bound_claim(token=None), "keep token while the claim has a zone"),
    Case("token of other characters", bound_claim(token="0123456789ABCDEF"), "spec.token in body should match"),
    Case("token of 15 characters", bound_claim(token="0123456789abcde"), "should be at least 16 chars long"),
    Case("unknown provider", bound_claim(zone={"provider": "bind"}), 'spec.zone.provider: Unsupported value: "bind"'),
    Case("release time that is no time", bound_claim(releaseTime="soon"), "must be of type date-time"),
    Case("one source twice in a claim", bound_claim(sources=["a", "a"]), 'spec.sources[1]: Duplicate value: "a"'),
)  # fmt: skip

REFUSED = _NAMES + _DOMAINS + _SOURCES + LIBRARY + _INGESTION + _SINKS + _OTHER_FIELDS + _CLAIMS
