"""One visitor of pages in Chromium: what they do there, and what their browser asks for on the way."""

from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Request, Response, WebSocket

from tests.cluster.waiting import until
from tests.world.loop_thread import LoopThread

T = TypeVar("T")

# A busy machine may take its time; a page that works is never waited for that long.
_ACTION_TIMEOUT = 45.0


@dataclass(frozen=True)
class Sent:
    """A request by the browser's own protocol."""

    host: str
    method: str
    path: str
    kind: str
    """document, script, fetch, image, websocket, ..."""

    def __str__(self) -> str:
        return f"{self.method} {self.host}{self.path}"


class Visit:
    """A page with cookies, storage and cache of its own."""

    def __init__(self, thread: LoopThread, browser: Browser, user_agent: str | None) -> None:
        """Open an empty page, with another browser's name if one is given."""
        self.sent: list[Sent] = []
        self.console: list[str] = []
        self.codings: dict[str, str] = {}
        """The content coding of each answer, by the path."""
        self._thread = thread
        self._unanswered: set[Request] = set()
        self._run(self._begin(browser, user_agent))

    def prepare(self, script: str) -> None:
        """Run a script on every page before its own, whatever its policy is."""
        self._run(self._context.add_init_script(script))

    def accept_coding(self, coding: str) -> None:
        """Tell servers no other content coding than this."""
        self._run(self._context.set_extra_http_headers({"Accept-Encoding": coding}))

    def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""
        self._run(self._page.goto(url))

    def evaluate(self, script: str, argument: object = None) -> Any:
        """Return what an expression or function gives on the page, once it is settled."""
        return self._run(self._page.evaluate(script, argument))

    def wait_for(self, script: str) -> None:
        """Wait until an expression is true on the page."""
        # Playwright's own waiting is stopped by a Content-Security-Policy.
        until(lambda: bool(self.evaluate(script)), script)

    def click(self, selector: str) -> None:
        """Click on an element."""
        self._run(self._page.click(selector))

    def wait_for_page(self, url: str) -> None:
        """Wait until it has gone to another page."""
        self._run(self._page.wait_for_url(url))

    def cookies(self) -> dict[str, dict[str, Any]]:
        """Return all cookies by name."""
        return {str(cookie["name"]): dict(cookie) for cookie in self._run(self._context.cookies())}

    def set_offline(self, offline: bool) -> None:
        """Take the network away, or give it back; pages are told."""
        self._run(self._context.set_offline(offline))

    def screenshot(self, file: Path) -> None:
        """Write a picture of the whole page."""
        self._run(self._page.screenshot(path=file, full_page=True))

    def wait_settled(self) -> None:
        """Wait until every request has its answer, or has failed."""
        until(lambda: not self._unanswered, "the browser's requests to be answered")

    def close_tab(self) -> None:
        """Close the page, as a person does: it is told, and may have requests outlive it."""
        self._run(self._page.close())

    def close(self) -> None:
        """End it."""
        self._run(self._context.close())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._thread.run(work)

    async def _begin(self, browser: Browser, user_agent: str | None) -> None:
        self._context = await browser.new_context(user_agent=user_agent)
        self._context.set_default_timeout(_ACTION_TIMEOUT * 1000)
        self._context.on("request", self._requested)
        # A body that no script reads never ends.
        self._context.on("response", self._answered)
        self._context.on("requestfailed", self._failed)
        self._context.on("console", self._said)
        self._page = await self._context.new_page()
        self._page.on("websocket", self._connected)

    def _requested(self, request: Request) -> None:
        self._unanswered.add(request)
        self._note(request.url, request.method, request.resource_type)

    def _answered(self, response: Response) -> None:
        self._unanswered.discard(response.request)
        self.codings[urlsplit(response.url).path] = response.headers.get("content-encoding", "identity")

    def _failed(self, request: Request) -> None:
        self._unanswered.discard(request)

    def _connected(self, connection: WebSocket) -> None:
        self._note(connection.url, "GET", "websocket")

    def _note(self, address: str, method: str, kind: str) -> None:
        url = urlsplit(address)
        # What a page holds itself is asked of nobody.
        if url.hostname:
            path = url.path + (f"?{url.query}" if url.query else "")
            self.sent.append(Sent(url.hostname, method, path, kind))

    def _said(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")
