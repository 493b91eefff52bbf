"""A customer's site and their custom domain: pages over TLS, the ingestion program behind a proxy, and all other names.

www.acme.com is answered by a page server, the domain's three hosts by the real service behind a proxy that ends TLS
and injects faults, and every other name by a recorder that says 200 to all.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nameplate_api.alias import default_alias
from nameplate_api.custom_domain import CustomDomainSpec
from nameplate_operator.children.content_security_policy import content_security_policy
from nameplate_operator.children.snippets import snippets
from tests.browser.arrivals import Arrivals
from tests.cluster.ports import ReservedPort
from tests.nameplate_ingestion.mounted import Mounts, document
from tests.world.browser_visit import Visit
from tests.world.chromium import Chromium
from tests.world.http_faults import Exchange, FaultProxy, HttpFault
from tests.world.ingestion_process import IngestionProcess
from tests.world.recorder import Page, Recorder
from tests.world.tls_server import Authority

DOMAIN = "cdp.acme.com"
API = f"api.{DOMAIN}"
CDN = f"cdn.{DOMAIN}"
HOSTS = (DOMAIN, API, CDN)
WWW = "www.acme.com"
SHOP = "shop.acme.com"
UPSTREAMED = "full.acme.com"
"""Another domain of ours, whose destinations come from an upstream CDN."""
ORIGINAL = "cdn.original.example"
"""A host that serves the vendor's files as they are."""
_UPSTREAMED_HOSTS = (UPSTREAMED, f"api.{UPSTREAMED}", f"cdn.{UPSTREAMED}")
_OURS = (*HOSTS, *_UPSTREAMED_HOSTS)
KEY = "k3y"
ALIAS = "m5/app"
RENAMED_KEY = "r3named"
NEW_NAME = "metrics"
PIXEL_KEY = "p1xel"
_NAMESPACE = "acme"
_SPEC = CustomDomainSpec.model_validate(
    {
        "domain": DOMAIN,
        "contentSecurityPolicy": {"enabled": True},
        "sources": [
            {"name": "website", "type": "AnalyticsJS", "writeKey": KEY, "alias": ALIAS},
            {"name": "renamed", "type": "AnalyticsJS", "writeKey": RENAMED_KEY, "globalName": NEW_NAME},
            {"name": "mail", "type": "Pixel", "writeKey": PIXEL_KEY},
        ],
    }
)
SNIPPETS = snippets(_SPEC, _NAMESPACE)
"""What the operator hands out, by file."""
POLICY = content_security_policy(_SPEC)["contentSecurityPolicy"]
"""What the operator shows in status."""
_SOURCES = [
    {"name": "website", "type": "AnalyticsJS", "writeKey": KEY, "aliases": [ALIAS]},
    {
        "name": "renamed",
        "type": "AnalyticsJS",
        "writeKey": RENAMED_KEY,
        "aliases": [default_alias(_NAMESPACE, "renamed")],
    },
    {"name": "mail", "type": "Pixel", "writeKey": PIXEL_KEY},
]


@dataclass
class Site:
    """Everything runs; each test gets it without pages, faults and memories."""

    browser: Chromium
    service: IngestionProcess
    pages: Recorder
    front: FaultProxy
    elsewhere: Recorder
    sink: Arrivals

    def forget(self) -> None:
        """Begin anew."""
        self.pages.forget()
        self.elsewhere.forget()
        self.front.heal()
        self.front.exchanges.clear()

    def serve(self, path: str, content: str, headers: Mapping[str, str] | None = None) -> str:
        """Have a page on www, and return its address."""
        self.pages.pages[WWW + path] = Page(content.encode(), headers=headers or {})
        return f"https://{WWW}{path}"

    def serve_script(self, code: str) -> str:
        """Have a script on www, and return its path."""
        path = f"/{hashlib.sha256(code.encode()).hexdigest()[:12]}.js"
        self.pages.pages[WWW + path] = Page(code.encode(), "text/javascript")
        return path

    def arrived(self, path: str, count: int) -> list[dict[str, Any]]:
        """Wait until so many events of a page are at the sink, and return all of them in their order."""

        def of_page(event: Mapping[str, Any]) -> bool:
            return bool(event.get("context", {}).get("page", {}).get("path") == path)

        return self.sink.wait_for(of_page, count, f"events of {path}")

    def arrived_of_user(self, user: str) -> list[dict[str, Any]]:
        """Wait until an event of a user is at the sink, and return all of them."""
        return self.sink.wait_for(lambda event: event.get("userId") == user, 1, f"events of {user}")

    def asked(self, method: str, path: str) -> list[Exchange]:
        """Return the requests of the domain whose path holds this pattern."""
        return [each for each in self.front.exchanges if each.method == method and re.search(path, each.path)]

    def posted_events(self, page: str) -> list[dict[str, Any]]:
        """Return the events that browsers posted from a page and that the service took, one by one."""
        bodies = [json.loads(each.body) for each in self.asked("POST", "/v1/[^m]") if each.status == 200]
        events = [event for body in bodies for event in body.get("batch", [body])]
        return [event for event in events if event["context"]["page"]["path"] == page]

    def change_settings(self, changes: Mapping[str, Any], integrations: Mapping[str, Any]) -> None:
        """Let browsers see more in the settings of the source than the service says."""
        path = f"/v1/projects/{KEY}/settings"
        with self.service.client() as client:
            said = client.get(path, headers={"Host": CDN}).raise_for_status().json()
        said["integrations"] |= integrations
        body = json.dumps(said | changes).encode()
        headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
        self.front.inject(HttpFault(status=200, body=body, headers=headers), path=path)

    def strangers(self, visit: Visit) -> list[str]:
        """Return what was asked of any other host, by the browser's protocol and by who answers for those."""
        known = {*_OURS, WWW, SHOP}
        seen = [f"by protocol: {sent}" for sent in visit.sent if sent.host not in known]
        return [*seen, *(f"connection: {name}" for name in self.elsewhere.connections)]


@contextmanager
def running_site(directory: Path) -> Iterator[Site]:
    """Start everything, and end it again."""
    authority = Authority(directory)
    mounts = Mounts(directory)
    mounts.write(document(DOMAIN, hosts=list(HOSTS), sources=_SOURCES), DOMAIN)
    with ExitStack() as stack:
        pages, elsewhere = (stack.enter_context(Recorder(authority)) for _ in range(2))
        upstream = {"upstream": f"http://127.0.0.1:{pages.port}"}
        upstreamed = document(UPSTREAMED, hosts=list(_UPSTREAMED_HOSTS), sources=_SOURCES[:1], library=upstream)
        mounts.write(upstreamed, UPSTREAMED)
        port = ReservedPort()
        stack.callback(port.release)
        service = IngestionProcess(directory, mounts.arguments(), port.number)
        stack.callback(service.close)
        service.start()
        front = stack.enter_context(FaultProxy(f"http://127.0.0.1:{port.number}", tls=authority.context(_OURS)))
        ports = dict.fromkeys(_OURS, front.port) | dict.fromkeys((WWW, SHOP, ORIGINAL), pages.port)
        browser = stack.enter_context(Chromium(ports, elsewhere.port, authority.pem))
        service.wait_ready()
        yield Site(browser, service, pages, front, elsewhere, Arrivals(mounts.data))
