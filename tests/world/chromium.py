"""A headless Chromium that finds, by whatever name, only servers of the tests, and tells what it asked them for.

with Chromium({"cdn.cdp.acme.com": front.port}, elsewhere.port, authority.pem) as browser:
    visit = browser.visit()
    visit.open("https://www.acme.com/")
    visit.evaluate("document.title")
    visit.asked                             # of page, frames and workers, by the browser's own protocol
    visit.close()
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import async_playwright

from tests.world.browser_visit import Visit
from tests.world.loop_thread import LoopThread
from tests.world.packages import ensure, find_program

_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # What it would ask Google for by itself it asks a name that leads nowhere, so that what is left is the pages'.
    "--component-updater=url-source=https://browser.invalid",
    "--gaia-url=https://browser.invalid",
)
_NOBODY = "MAP browser.invalid ~NOTFOUND"


def ensure_chromium() -> Path:
    """`chromium`, installed through apt if it is missing and we are root."""
    return ensure(lambda: find_program("chromium"), "Chromium", ["chromium"])


class Chromium:
    """One browser; each visit has cookies, storage and cache of its own."""

    def __init__(self, places: Mapping[str, int | str], elsewhere: int, *trusted: str) -> None:
        """Lead names to ports of 127.0.0.1 or to `address:port`, and all others to `elsewhere`.

        `trusted` are certificates in PEM: every chain in which a server shows the key of one of them is accepted.
        """
        known = {name: f"127.0.0.1:{place}" if isinstance(place, int) else place for name, place in places.items()}
        rules = [f"MAP {name} {place}" for name, place in known.items()]
        self._arguments = [
            *_QUIET,
            f"--host-resolver-rules={','.join([_NOBODY, *rules, f'MAP * 127.0.0.1:{elsewhere}'])}",
            f"--ignore-certificate-errors-spki-list={','.join(map(_key_digest, trusted))}",
        ]

    def __enter__(self) -> Self:
        """Start it."""
        self._thread = LoopThread("chromium")
        try:
            self._thread.run(self._start())
        except BaseException:
            self._thread.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, whatever is open."""
        self._thread.run(self._stop())
        self._thread.close()

    def visit(self, user_agent: str | None = None) -> Visit:
        """Return a visitor without a history."""
        return Visit(self._thread, self._browser, user_agent)

    async def _start(self) -> None:
        self._playwright = await async_playwright().start()
        try:
            self._browser = await self._playwright.chromium.launch(
                executable_path=ensure_chromium(), args=self._arguments, chromium_sandbox=False
            )
        except BaseException:
            await self._playwright.stop()
            raise

    async def _stop(self) -> None:
        await self._browser.close()
        await self._playwright.stop()


def _key_digest(pem: str) -> str:
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


if __name__ == "__main__":
    print(ensure_chromium())
