"""The edge's control loop: what changes in the cluster becomes routes, certificates, mounts, backends and status."""

import asyncio
import errno
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs

import httpx
from aiohttp import web

from tests.world.backends import Launcher
from tests.world.edge_listener import Listener, own_address
from tests.world.edge_pods import Kubelets
from tests.world.edge_proxy import Proxy
from tests.world.edge_routes import routes, served_pods
from tests.world.edge_tls import Certificates
from tests.world.edge_watch import Key, Mirror

_CONTROLLER = "test.nameplate.dev/edge-stand-in"
_NETWORKING = "/apis/networking.k8s.io/v1"
_WATCHED = {
    "ingresses": f"{_NETWORKING}/ingresses",
    "services": "/api/v1/services",
    "endpointslices": "/apis/discovery.k8s.io/v1/endpointslices",
    "pods": "/api/v1/pods",
    "configmaps": "/api/v1/configmaps",
    "secrets": "/api/v1/secrets",
}
# Changes come in bursts; one look serves those of a moment.
_GATHER = 0.02
_RETRY_AFTER = 0.5
_ATTEMPTS = 20
Shown = tuple[Mapping[str, str], ...]


class EdgeControl:
    """Everything of the edge that lives in its event loop."""

    def __init__(self, client: httpx.AsyncClient, ingress_class: str, directory: Path, launcher: Launcher) -> None:
        self._client, self._class = client, ingress_class
        self._client.headers["User-Agent"] = "edge-stand-in"
        self.certificates = Certificates()
        self.kubelets = Kubelets(directory, launcher, asyncio.get_running_loop().call_later)
        self.proxy = Proxy(self.kubelets.socket)
        self.listener = Listener(self.proxy.server, self.certificates.context)
        self._dirty = asyncio.Event()
        self._mirrors = {plural: Mirror(client, path, self._dirty.set) for plural, path in _WATCHED.items()}
        self._tasks: list[asyncio.Task[None]] = []
        self._shown: Shown | None = None

    async def start(self) -> None:
        """Make the IngressClass, listen, follow."""
        answer = await self._client.post(
            f"{_NETWORKING}/ingressclasses",
            json={"metadata": {"name": self._class}, "spec": {"controller": _CONTROLLER}},
        )
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()
        self._listen()
        self._tasks = [asyncio.create_task(each.follow()) for each in self._mirrors.values()]
        for mirror in self._mirrors.values():
            await mirror.filled.wait()
        self._tasks.append(asyncio.create_task(self._keep_up()))

    async def stop(self) -> None:
        """End all of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.listener.close()
        await self.proxy.close()
        await self._client.aclose()

    def show(self, shown: Shown | None) -> None:
        """Show this in every Ingress; None is the own address."""
        self._shown = shown
        self._dirty.set()

    async def move(self) -> None:
        """Leave the address for another; the port stays."""
        await self.listener.close()
        self._listen()
        self._dirty.set()

    def set_silent(self, silent: bool) -> None:
        """Answer nothing, on new connections and old ones."""
        self.listener.silent = silent
        if silent:
            self.proxy.flowing.clear()
        else:
            self.proxy.flowing.set()
            self.listener.cut()

    def impersonate(self, domain: str) -> None:
        """Be somebody else at the well-known path."""

        def instead(request: web.BaseRequest) -> web.Response | None:
            if request.path != "/.well-known/nameplate":
                return None
            nonce = parse_qs(request.query_string).get("nonce", [""])[0]
            said = {"domain": domain, "uid": "0" * 8, "nonce": nonce, "revision": "0" * 16, "missingKeys": []}
            return web.Response(
                body=json.dumps(said).encode(),
                content_type="application/json",
                headers={"Cache-Control": "no-store"},
            )

        self.proxy.instead = instead

    async def heal(self) -> None:
        """End all faults."""
        self.set_silent(False)
        self.certificates.everywhere = None
        self.proxy.instead = lambda _: None
        self.kubelets.held = False
        if not self.listener.is_open:
            self.listener.open(self.listener.address, self.listener.port)
        self.show(None)

    def _listen(self) -> None:
        for _ in range(_ATTEMPTS):
            try:
                return self.listener.open(own_address(), self.listener.port)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.EADDRINUSE, "no free address")

    async def _keep_up(self) -> None:
        while True:
            await self._dirty.wait()
            await asyncio.sleep(_GATHER)
            self._dirty.clear()
            world = {plural: mirror.objects for plural, mirror in self._mirrors.items()}
            found = routes(world, self._class)
            self.certificates.follow(found.certificates, world["secrets"])
            self.proxy.routes = found
            self.kubelets.follow(served_pods(found), world)
            await self._fill_status(found.ingresses)

    async def _fill_status(self, ingresses: tuple[Key, ...]) -> None:
        wanted = [{"ip": self.listener.address}] if self._shown is None else [dict(each) for each in self._shown]
        for key in ingresses:
            live = self._mirrors["ingresses"].objects.get(key)
            if live is None or _shown(live) == wanted:
                continue
            try:
                answer = await self._client.patch(
                    f"{_NETWORKING}/namespaces/{key[0]}/ingresses/{key[1]}/status",
                    headers={"Content-Type": "application/merge-patch+json"},
                    json={"status": {"loadBalancer": {"ingress": wanted or None}}},
                )
                failed = answer.is_error and answer.status_code != httpx.codes.NOT_FOUND
            except httpx.HTTPError:
                failed = True
            if failed:
                asyncio.get_running_loop().call_later(_RETRY_AFTER, self._dirty.set)
                return


def _shown(ingress: Mapping[str, dict[str, dict[str, list[dict[str, str]]]]]) -> list[dict[str, str]]:
    entries = ingress.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    return [{name: entry[name] for name in ("ip", "hostname") if name in entry} for entry in entries]
