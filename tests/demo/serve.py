"""The steps while the domain serves: a request by its public name, and an edit of the spec."""

import ssl

import httpx
from cryptography import x509

from tests.cluster.waiting import until
from tests.demo.arrive import is_settled
from tests.demo.collect import authority, client, curl
from tests.demo.lookup import from_hints
from tests.demo.scene import Scene

_REPLICAS = 3
_EDIT_TIMEOUT = 90.0
_WELL_KNOWN = "/.well-known/nameplate?nonce=demo"


def fetch(scene: Scene) -> None:
    """Fetch an endpoint by its public name, resolved from the root and verified."""
    shown = (scene.custom_domain() or {})["status"]
    endpoints = shown.get("endpoints", {})
    scene.expect({*endpoints} == {"trackingAPI", "cdn"}, "two endpoints in status.endpoints", endpoints)
    scene.page.facts([("Tracking API", endpoints["trackingAPI"]), ("library", endpoints["cdn"])])
    host = httpx.URL(endpoints["trackingAPI"]).host
    scene.page.line(f"  Where is {host}? From the root, as a resolver asks:")
    lines: list[str] = []
    resolver = from_hints(scene.dns.root_hints.read_text(), scene.dns.port)
    found = resolver.addresses(host, lines.append)
    scene.page.output("\n".join(lines))
    scene.expect(found == [scene.edge.address], f"the address of the edge, {scene.edge.address}", found)
    _ask(scene, host, found[0])


def _ask(scene: Scene, host: str, address: str) -> None:
    context = ssl.create_default_context(cadata=authority(scene))
    url = f"https://{address}:{scene.edge.port}{_WELL_KNOWN}"
    scene.page.command(curl(scene, host, _WELL_KNOWN))
    with (
        httpx.Client(verify=context, trust_env=False, timeout=30) as client,
        client.stream("GET", url, headers={"Host": host}, extensions={"sni_hostname": host}) as answer,
    ):
        shown = answer.extensions["network_stream"].get_extra_info("ssl_object").getpeercert(True)
        body = answer.read().decode()
    certificate = x509.load_der_x509_certificate(shown)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    scene.page.facts(
        [
            ("certificate of", certificate.subject.rfc4514_string() or "(no subject)"),
            ("for the names", ", ".join(names.get_values_for_type(x509.DNSName))),
            ("issued by", certificate.issuer.rfc4514_string()),
            ("valid until", f"{certificate.not_valid_after_utc:%Y-%m-%d}, verified with ca.crt of the tls Secret"),
            ("answer", f"{answer.status_code} {body}"),
        ]
    )
    domain = scene.custom_domain() or {}
    said = httpx.Response(200, text=body).json()
    seen = (answer.status_code, said.get("domain"), said.get("uid"), said.get("nonce"))
    scene.expect(seen == (200, scene.host, domain["metadata"]["uid"], "demo"), "our own ingestion to answer", seen)


def edit(scene: Scene) -> None:
    """Ask for more Pods, and follow that."""
    patch = f'{{"spec": {{"ingestion": {{"replicas": {_REPLICAS}}}}}}}'
    target = ("customdomain", scene.name, "-n", scene.namespace)
    scene.kubectl("patch", *target, "--type=merge", "-p", patch)
    scene.table.follow(
        scene.custom_domain,
        lambda seen: is_settled(seen) and _available(scene) == _REPLICAS,
        f"it is Ready with {_REPLICAS} Pods",
        _EDIT_TIMEOUT,
    )
    scene.kubectl("get", "deployment,pods", "-n", scene.namespace)
    # An edge that has only heard of the new Pods starts their programs now.
    until(lambda: len(_answering(scene)) == _REPLICAS, f"{_REPLICAS} Pods to answer requests", timeout=_EDIT_TIMEOUT)
    scene.page.say(f"Requests by the public name reach {_REPLICAS} Pods in turn.")


def _available(scene: Scene) -> int:
    deployment = scene.get(f"/apis/apps/v1/namespaces/{scene.namespace}/deployments/{scene.name}-ingestion") or {}
    return int(deployment.get("status", {}).get("availableReplicas", 0))


def _answering(scene: Scene) -> set[str | None]:
    """Return the Pods that answer one round of requests."""
    before = len(scene.edge.log)
    with client(scene, f"api.{scene.host}") as asking:
        for _ in range(_REPLICAS):
            asking.get(_WELL_KNOWN)
    return {row.pod for row in scene.edge.log[before:] if row.status == httpx.codes.OK}
