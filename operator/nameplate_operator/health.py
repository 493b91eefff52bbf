"""Answers the kubelet and Prometheus: is the process alive, is it ready, and what does it count."""

import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from nameplate_operator.observability import Metrics

log = logging.getLogger(__name__)

Check = Callable[[], bool | Awaitable[bool]]


@dataclass
class Health:
    """The checks, by the name that an answer shows; whoever starts a part adds its checks."""

    live: dict[str, Check] = field(default_factory=dict)
    ready: dict[str, Check] = field(default_factory=dict)
    ending: bool = False

    async def report(self, checks: Mapping[str, Check]) -> tuple[bool, str]:
        """Return whether all checks hold, and a line for each."""
        lines, good = [], True
        for name, check in checks.items():
            held = await _held(name, check)
            good = good and held
            lines.append(f"[{'+' if held else '-'}] {name}\n")
        return good, "".join(lines)


class HealthServer:
    """The HTTP server of /healthz, /readyz and /metrics; without a ``host`` on every address, of IPv6 and of IPv4."""

    def __init__(self, health: Health, metrics: Metrics, port: int, host: str = "") -> None:
        self._health = health
        self._metrics = metrics
        self._address = host, port
        app = web.Application()
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._scrape),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._runner.addresses[0][1])

    async def start(self) -> None:
        """Listen."""
        await self._runner.setup()
        await web.SockSite(self._runner, _bound(*self._address)).start()

    async def stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return _answer(*await self._health.report(self._health.live))

    async def _readyz(self, _: web.Request) -> web.Response:
        if self._health.ending:
            return _answer(False, "[-] ending\n")
        return _answer(*await self._health.report(self._health.ready))

    async def _scrape(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _bound(host: str, port: int) -> socket.socket:
    if not host and socket.has_dualstack_ipv6():
        # A node may have IPv6 and yet not let a socket have it.
        with contextlib.suppress(OSError):
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server((host, port))


async def _held(name: str, check: Check) -> bool:
    try:
        held = check()
        return held if isinstance(held, bool) else await held
    except Exception:
        log.exception("The check %r failed", name)
        return False


def _answer(good: bool, text: str) -> web.Response:
    return web.Response(status=200 if good else 503, text=text or "ok\n")
