"""What a CustomDomain says of its ingestion reaches the running service, and what that lacks reaches the conditions."""

import base64
import gzip
import json
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx

from tests.cluster.waiting import until
from tests.operated.tenant import Tenant


class FarAway(ThreadingHTTPServer):
    """Another Tracking API: takes every batch, and remembers it with the write key that it came with."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.taken: list[tuple[str, dict[str, Any]]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: FarAway

    def do_POST(self) -> None:
        """Take a batch."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        key = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        self.server.taken.append((f"{self.path} {key}", json.loads(body)))
        answer = b'{"success":true}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
        """Say nothing."""


def test_events_wait_for_the_secret_of_the_sink_and_then_go_there(tenant: Tenant):
    far_away = FarAway()
    serving = Thread(target=far_away.serve_forever)
    serving.start()
    try:
        reference = {"name": "far-away", "key": "write-key"}
        forward = {"url": f"http://127.0.0.1:{far_away.server_port}", "writeKeySecretRef": reference}
        tenant.apply(ingestion={"sink": {"forward": forward}})
        tenant.enter_ns_records()
        told = tenant.wait_for("IngestionAvailable", "False", "SecretNotFound")
        assert "ingestion.sink" in told["message"]
        with client_of(tenant) as asking:
            event = {"event": "Bought", "userId": "u", "messageId": "m-1"}
            answer = until(lambda: _taken(asking, event), "the event to be taken all the same")
        assert answer.json() == {"success": True}
        assert far_away.taken == []
        secret = {"metadata": {"name": "far-away"}, "stringData": {"write-key": "f4r"}}
        tenant.world.api.post(tenant.child_path("secrets"), json=secret).raise_for_status()
        tenant.ready(timeout=90)
        until(lambda: far_away.taken, "the event to go on")
        (place, batch), *_ = far_away.taken
        assert place == "/v1/batch f4r:"
        assert [each["messageId"] for each in batch["batch"]] == ["m-1"]
    finally:
        far_away.shutdown()
        serving.join()
        far_away.server_close()


def client_of(tenant: Tenant) -> httpx.Client:
    """Return a client that reaches the tenant's Tracking API through the edge."""
    host, edge = f"api.{tenant.host}", tenant.world.edge
    secret = tenant.child("secrets", "tls")
    assert secret is not None
    authority = base64.b64decode(secret["data"]["ca.crt"]).decode()
    client = httpx.Client(
        verify=ssl.create_default_context(cadata=authority),
        trust_env=False,
        timeout=10,
        headers={"Host": host},
        base_url=f"https://{edge.address}:{edge.port}",
    )
    client.event_hooks["request"].append(lambda request: request.extensions.update(sni_hostname=host))
    return client


def _taken(asking: httpx.Client, event: dict[str, Any]) -> httpx.Response | None:
    answer = asking.post("/v1/track", json=event, auth=("k3y", ""))
    return answer if answer.is_success else None
