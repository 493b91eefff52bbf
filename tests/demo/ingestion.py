"""The ingestion service on its own: real events from the Python SDK and curl, and what arrived at the file sink.

python -m tests.demo.ingestion
"""

import base64
import gzip
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from segment.analytics.client import Client

from tests.cluster.mounts import write_volume
from tests.cluster.ports import ReservedPort
from tests.cluster.waiting import until
from tests.demo.page import Page
from tests.world.ingestion_process import IngestionProcess, delivered

REPOSITORY = Path(__file__).parents[2]
_ARRIVED_TIMEOUT = 90.0
_SECRET = "s3cret"
SETTINGS = {
    "version": 1,
    "domain": "cdp.acme.com",
    "hosts": ["cdp.acme.com", "api.cdp.acme.com", "127.0.0.1"],
    "uid": "demo",
    "sources": [
        {"name": "website", "type": "AnalyticsJS", "writeKey": "k3y"},
        {"name": "backend", "type": "Python", "writeKeyFile": "backend"},
    ],
    "sink": {"file": {}},
}


class Demo:
    """The running service, its sender's tools, and the messageIds that must arrive."""

    def __init__(self, page: Page, directory: Path) -> None:
        """Write settings and keys."""
        self.page = page
        self.sent: set[str] = set()
        self._port = ReservedPort()
        self.url = f"http://127.0.0.1:{self._port.number}"
        settings, keys, self.data = directory / "settings", directory / "keys", directory / "data"
        write_volume(settings, {"settings.json": json.dumps(SETTINGS, indent=1).encode()})
        write_volume(keys, {"backend": f"{_SECRET}\n".encode()})
        self.arguments = ["--settings", str(settings), "--keys", str(keys), "--data", str(self.data)]
        self.service = IngestionProcess(directory, self.arguments, self._port.number)

    def start(self) -> None:
        """Start the service."""
        self.page.line(f"  {'settings.json'}, as the operator writes it:")
        self.page.output(json.dumps(SETTINGS, indent=1))
        self.page.command(f"python -m nameplate_ingestion {shlex.join(self.arguments)} --port {self._port.number}")
        self.service.start()
        self.service.wait_ready()
        self.page.output(self.service.readyz())

    def send_with_sdk(self, *, compressed: bool) -> None:
        """Send one event of each kind with segment-analytics-python."""
        self.page.command(f"python: segment.analytics.Client({_SECRET!r}, host={self.url!r}, gzip={compressed})")
        failures: list[str] = []
        client = Client(
            _SECRET,
            host=self.url,
            gzip=compressed,
            max_retries=1,
            on_error=lambda error, _: failures.append(str(error)),
        )
        user = "sdk-gzip" if compressed else "sdk"
        said = [
            client.identify(user, {"plan": "pro"}),
            client.track(user, "Order Completed", {"total": 42.5}),
            client.page(user, "Docs", "Python"),
            client.screen(user, "App", "Home"),
            client.group(user, "group-1", {"name": "Acme"}),
            client.alias(f"anonymous-{user}", user),
        ]
        client.flush()
        client.shutdown()
        if failures:
            raise RuntimeError(f"the SDK failed: {failures[0]}")
        ids = [message["messageId"] for _, message in said]
        self.sent.update(ids)
        self.page.output(f"{len(ids)} calls, flushed without an error")

    def curl(self, *arguments: str, body: bytes | None = None) -> None:
        """Run curl in front of the reader, and see that it got a 200."""
        self.page.command(f"{'... | ' if body else ''}curl {shlex.join(arguments)}")
        options = ("--silent", "--show-error", "--noproxy", "*", "--max-time", "20", "--write-out", "%{http_code}")
        done = subprocess.run(["curl", *options, *arguments], input=body, capture_output=True, check=False)
        said, status = done.stdout[:-3], done.stdout[-3:].decode()
        shown = "a transparent image" if said.startswith(b"GIF89a") else said.decode()
        self.page.output(f"{status} {shown}{done.stderr.decode()}")
        if status != "200":
            raise RuntimeError("curl did not get a 200")

    def send_with_curl(self) -> None:
        """Send a single event, a batch, a compressed batch and a pixel."""

        def event(name: str) -> dict[str, Any]:
            self.sent.add(f"curl-{name}")
            return {"type": "track", "event": f"By {name}", "userId": "curl", "messageId": f"curl-{name}"}

        self.curl("-u", "k3y:", f"{self.url}/v1/track", "--data", json.dumps(event("track")))
        batch = {"batch": [event("batch 1"), event("batch 2")], "context": {"library": {"name": "curl"}}}
        self.curl("-u", "k3y:", "-H", "Host: api.cdp.acme.com", f"{self.url}/v1/batch", "--data", json.dumps(batch))
        packed = gzip.compress(json.dumps({"batch": [event("gzip")], "writeKey": "k3y"}).encode())
        unpacked = ("-H", "Content-Encoding: gzip", f"{self.url}/v1/b", "--data-binary", "@-")
        self.curl(*unpacked, body=packed)
        pixel = base64.b64encode(json.dumps({**event("pixel"), "writeKey": "k3y"}).encode()).decode()
        self.curl("--get", f"{self.url}/v1/pixel/track", "--data-urlencode", f"data={pixel}")

    def show_arrivals(self) -> None:
        """Wait until all events are at the sink, and print them."""

        def missing() -> set[str]:
            return self.sent - {line["event"]["messageId"] for line in delivered(self.data)}

        until(lambda: not missing(), "all events to arrive", _ARRIVED_TIMEOUT)
        lines = delivered(self.data)
        self.page.line(f"  {'source':<8}  {'type':<8}  {'user':<8}  {'what':<16}  messageId")
        for line in lines:
            event = line["event"]
            what = str(event.get("event") or event.get("name") or event.get("groupId") or event.get("previousId") or "")
            row = (line["source"], event["type"], str(event.get("userId", "")), what)
            widths = (8, 8, 8, 16)
            cells = (f"{text:<{width}}" for text, width in zip(row, widths, strict=True))
            self.page.line(f"  {'  '.join(cells)}  {event['messageId']}")
        self.page.line()
        self.page.line("  The last of them, whole:")
        self.page.output(json.dumps(lines[-1], indent=1))
        if len(lines) != len(self.sent):
            raise RuntimeError(f"{len(self.sent)} were sent and {len(lines)} arrived")

    def end(self) -> None:
        """End it in order."""
        self.page.command("kill -TERM")
        code = self.service.terminate()
        self.page.output("\n".join(str(line["message"]) for line in self.service.log_lines()[-2:]))
        if code:
            raise RuntimeError(f"the service ended with code {code}")

    def close(self) -> None:
        """End whatever runs."""
        self.service.close()
        self._port.release()


def main() -> int:
    """Show every step; 0 only if every event arrived."""
    page = Page()
    page.say(
        "The ingestion service speaks Segment's Tracking API on a customer's own name. Here it runs alone, with files."
    )
    directory = Path(tempfile.mkdtemp(prefix="nameplate-ingestion-"))
    demo = Demo(page, directory)
    steps = (
        ("The service starts", demo.start),
        ("The Python SDK sends", lambda: demo.send_with_sdk(compressed=False)),
        ("The Python SDK sends, compressed", lambda: demo.send_with_sdk(compressed=True)),
        ("curl sends: single, batch, gzip, pixel", demo.send_with_curl),
        ("What arrived", demo.show_arrivals),
        ("The service ends", demo.end),
    )
    try:
        for number, (title, step) in enumerate(steps, start=1):
            page.heading(number, title)
            step()
    except Exception as error:  # noqa: BLE001 - whatever went wrong, a person is told where to look
        page.output(f"FAILED: {error}\nThe log is kept in {directory}", "red")
        return 1
    finally:
        demo.close()
    shutil.rmtree(directory)
    page.say(page.style(f"All {len(demo.sent)} events arrived, each once, in {page.elapsed:.0f} seconds.", "green"))
    return 0


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    # The SDK would ask a proxy of the environment even for this machine.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    sys.exit(main())
