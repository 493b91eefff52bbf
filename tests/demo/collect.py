"""The steps in which events are collected: one sent by the public name, and found where the sink put it."""

import base64
import json
import shlex
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.cluster.waiting import until
from tests.demo.conditions import Unexpected
from tests.demo.scene import Scene

EVENT = {
    "type": "track",
    "event": "Order Completed",
    "userId": "user-7",
    "messageId": "demo-1",
    "properties": {"total": 42.5, "currency": "EUR"},
}
ARRIVED_TIMEOUT = 60.0


def send_event(scene: Scene) -> None:
    """Send an event as a page of the customer would, and show what became of it."""
    host = f"api.{scene.host}"
    key = (scene.custom_domain() or {})["spec"]["sources"][0]["writeKey"]
    scene.page.command(curl(scene, host, "/v1/track", "-u", f"{key}:", "--json", json.dumps(EVENT)))
    with client(scene, host) as asking:
        answer = asking.post("/v1/track", json=EVENT, auth=(key, ""))
    scene.page.facts([("answer", f"{answer.status_code} {answer.text}")])
    scene.expect((answer.status_code, answer.json()) == (200, {"success": True}), "the event to be taken", answer.text)
    found = until(lambda: list(arrived(scene)), "the event to arrive", timeout=ARRIVED_TIMEOUT)
    assert isinstance(found, list)
    file, line = found[0]
    scene.page.say("A 200 means that it is on disk. A moment later the sink has it; by default that is a file:")
    scene.page.command(f"cat {Path(*file.parts[-4:])}    # in the Pod's data directory")
    scene.page.output(json.dumps(line, indent=1))
    event = line["event"]
    seen = (line["domain"], line["source"], event["messageId"], event["properties"])
    wanted = (scene.host, "website", "demo-1", EVENT["properties"])
    scene.expect(seen == wanted, "the event as it was sent", line)


def arrived(scene: Scene) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Return what the sinks of all Pods have, line by line, each with its file."""
    for data in scene.services.data().values():
        for file in data.glob("*/*/events/*.jsonl"):
            for line in file.read_text().splitlines(keepends=True):
                # What has no end yet is being written.
                if line.endswith("\n"):
                    yield file, json.loads(line)


def client(scene: Scene, host: str) -> httpx.Client:
    """Return a client that connects to the edge and verifies that it speaks for the host."""
    context = ssl.create_default_context(cadata=authority(scene))
    client = httpx.Client(
        verify=context,
        trust_env=False,
        timeout=30,
        headers={"Host": host},
        base_url=f"https://{scene.edge.address}:{scene.edge.port}",
    )
    client.event_hooks["request"].append(lambda request: request.extensions.update(sni_hostname=host))
    return client


def curl(scene: Scene, host: str, path: str, *arguments: str) -> str:
    """Return the command that asks as `client` does, with the authority's certificate in a file."""
    file = scene.directory / "ca.crt"
    file.write_text(authority(scene))
    at = f"{host}:{scene.edge.port}"
    resolved = ("--cacert", str(file), "--resolve", f"{at}:{scene.edge.address}")
    return shlex.join(["curl", *resolved, *arguments, f"https://{at}{path}"])


def authority(scene: Scene) -> str:
    """Return the certificate of the authority that signs for the domain, in PEM."""
    return certificate(scene, "ca.crt")


def certificate(scene: Scene, entry: str) -> str:
    """Return a certificate of the domain's tls Secret, in PEM."""
    secret = scene.get(f"/api/v1/namespaces/{scene.namespace}/secrets/{scene.name}-tls")
    if secret is None:
        raise Unexpected(f"there is no Secret {scene.name}-tls")
    return base64.b64decode(secret["data"][entry]).decode()
