"""Manifests that the API server must accept under strict field validation."""

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
    with_website,
)

_MANY = [WEBSITE, *({"name": f"s{i}", "type": "Go", "writeKey": f"k{i}"} for i in range(63))]
_PATHS = [
    {"name": f"s{i}", "type": "AnalyticsJS", "writeKey": f"k{i}", "alias": f"{i:02}{'/a' * 3}"} for i in range(64)
]
_SECRETIVE = [
    WEBSITE,
    *(
        {"name": f"s{i}", "type": "Go", "writeKeySecretRef": {"name": "k" * 253, "key": f"{'k' * 251}{i:02}"}}
        for i in range(63)
    ),
]

ACCEPTED = (
    Case("the smallest", custom_domain()),
    Case("everything given", custom_domain(
        delegation={"mode": "Nameservers"},
        contentSecurityPolicy={"enabled": True},
        certificate={"selfSigned": {}},
        ingestion={"replicas": 3, "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "128Mi"}}},
        deletionPolicy="Retain",
        suspend=True,
    )),
    Case("name of 52 characters", custom_domain("a" * 52)),
    Case("name of one letter", custom_domain("a")),
    Case("domain of 242 octets", custom_domain(domain=name_of_length(242))),
    Case("domain with a label of 63", custom_domain(domain=f"{'a' * 63}.acme.com")),
    Case("domain below a two-label suffix", custom_domain(domain="cdp.acme.co.uk")),
    Case("domain many labels deep", custom_domain(domain="a.b.c.d.e.acme.com")),
    Case("domain with an A-label", custom_domain(domain="cdp.xn--bcher-kva.example")),
    Case("domain with labels of digits", custom_domain(domain="1.2.acme.com")),
    Case("domain with repeated hyphens", custom_domain(domain="r3---sn.acme.com")),
    Case("domain whose last label begins with a digit", custom_domain(domain="cdp.acme.4chan")),
    Case("64 sources", custom_domain(sources=_MANY)),
    Case("source of type NodeJS", with_source(type="NodeJS")),
    Case("source of type Pixel", with_source(type="Pixel")),
    Case("source name of 63 characters", with_source(name="b" * 63)),
    Case("source name of digits", with_source(name="42")),
    Case("write key of 128 characters", with_source(writeKey="k" * 128)),
    Case("secret key of a server source", with_source(writeKey=None, writeKeySecretRef={"name": "keys", "key": "go"})),
    Case("two sources with one Secret", custom_domain(sources=[
        WEBSITE,
        {"name": "one", "type": "Go", "writeKeySecretRef": {"name": "keys", "key": "a"}},
        {"name": "two", "type": "Go", "writeKeySecretRef": {"name": "keys", "key": "b"}},
    ])),
    Case("two sources with one key of two Secrets", custom_domain(sources=[
        WEBSITE,
        {"name": "one", "type": "Go", "writeKeySecretRef": {"name": "keys", "key": "a"}},
        {"name": "two", "type": "Go", "writeKeySecretRef": {"name": "others", "key": "a"}},
    ])),
    Case("64 sources with secret keys", custom_domain(sources=_SECRETIVE)),
    *(Case(f"alias {alias}", with_website(alias=alias)) for alias in (
        "m5/app", "app", "A-b_c/1/2/3", "v1x/app", "app/v1", "42", f"{'a' * 63}/{'b' * 63}"
    )),
    Case("alias with a hyphen and an underscore at the end", with_website(alias="app-/m5_")),
    Case("64 sources with an alias each", custom_domain(sources=_PATHS)),
    Case("two aliases that differ in case", custom_domain(sources=[
        WEBSITE | {"alias": "m5/app"}, WEBSITE | {"name": "shop", "writeKey": "k2", "alias": "m5/App"}
    ])),
    *(Case(f"global name {name}", with_website(globalName=name)) for name in (
        "acme", "analytics", "$a", "_a1", "Window2", "o", "ON", "a" * 64
    )),
    Case("alias and global name", with_website(alias="m5/app", globalName="acme")),
    Case("no Content-Security-Policy", custom_domain(contentSecurityPolicy={"enabled": False})),
    Case("one replica", custom_domain(ingestion={"replicas": 1})),
    Case("100 replicas", custom_domain(ingestion={"replicas": 100})),
    Case("CPU as a number", with_resources(requests={"cpu": 1})),
    Case("CPU as a fraction", with_resources(requests={"cpu": "0.5"})),
    Case("memory in bytes", with_resources(limits={"memory": 134217728})),
    Case("request equal to its limit", with_resources(requests={"cpu": "1000m"}, limits={"cpu": 1})),
    Case("request without its limit", with_resources(requests={"cpu": "4"}, limits={"memory": "1Gi"})),
    Case("empty optional blocks", custom_domain(certificate={}, ingestion={}, delegation={})),
    *(Case(f"durability {level}", with_source(durability=level)) for level in ("Memory", "Disk", "Sink")),
    Case("no sink", with_sink()),
    Case("files as the sink", with_sink(file={})),
    Case("another Tracking API as the sink", with_sink(forward={"url": "https://api.segment.io"})),
    Case("another Tracking API below a path", with_sink(forward={
        "url": "http://rudder.rudder.svc:8080/collect", "writeKeySecretRef": {"name": "keys", "key": "rudder"}
    })),
    Case("Kafka in plain text", with_kafka()),
    Case("Kafka by IPv6 address", with_kafka(bootstrapServers=["[2001:db8::1]:9092", "192.0.2.1:9092"])),
    Case("Kafka with TLS of its own authority", with_kafka(tls={"caSecretRef": {"name": "kafka", "key": "ca.crt"}})),
    Case("Kafka with SCRAM in plain text", with_kafka(sasl={
        "username": "nameplate", "passwordSecretRef": {"name": "kafka", "key": "password"}
    })),
    Case("Kafka with PLAIN over TLS", with_kafka(tls={}, sasl={
        "mechanism": "PLAIN", "username": "$ConnectionString", "passwordSecretRef": {"name": "hub", "key": "p"}
    })),
    Case("reservation for a namespace", domain_claim(holder={"namespace": "acme"})),
    Case("reservation for nobody", domain_claim()),
    Case("reservation of a registrable domain", domain_claim("acme.com")),
    Case("claim that is not bound yet", domain_claim(holder={"namespace": "acme", "name": "web"}, clusterName="eu")),
    Case("bound claim", bound_claim()),
    Case("claim of a name of 242 octets", bound_claim(name_of_length(242))),
    Case("released claim", bound_claim(releaseTime="2026-11-24T10:00:00Z", sources=["website"])),
    Case("claim with aliases", bound_claim(aliases=[
        {"path": "m5/app", "source": "website"},
        {"path": "old/app", "source": "website", "leftTime": "2026-11-24T10:00:00Z"},
    ])),
    Case("claim with as many aliases as there is room for", bound_claim(
        aliases=[{"path": f"a/{i}", "source": "website", "leftTime": "2026-11-24T10:00:00Z"} for i in range(256)]
    )),
    Case("released claim without token", domain_claim(
        holder={"namespace": "acme", "name": "web"}, releaseTime="2026-11-24T10:00:00Z"
    )),
)  # fmt: skip
