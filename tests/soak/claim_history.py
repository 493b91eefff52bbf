"""What the API server's watch tells of all claims, in the order in which the changes were made."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx

_PATH = "/apis/nameplate.dev/v1alpha1/domainclaims"


class ClaimHistory:
    """The claims below each registrable domain as they are, and every moment at which two were bound at once."""

    def __init__(self) -> None:
        self.claims: dict[str, dict[str, Any]] = defaultdict(dict)
        self.bound_at: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.doubles: list[str] = []
        self.changes: dict[str, int] = defaultdict(int)
        self._changed = asyncio.Condition()

    def bound(self, domain: str) -> list[str]:
        """Return the names below the domain that are bound now."""
        return [name for name, claim in self.claims[domain].items() if "token" in claim["spec"]]

    async def until(self, holds: Callable[[], bool], what: str, within: float) -> None:
        """Wait until something holds of the history."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            raise AssertionError(f"{what}: not within {within:g} s") from None

    async def news(self, domain: str, since: int, within: float) -> int:
        """Wait for a change below the domain, but not for long; return how many there have been."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: self.changes[domain] != since)
        return self.changes[domain]

    @asynccontextmanager
    async def followed(self, client: httpx.AsyncClient) -> AsyncIterator["ClaimHistory"]:
        """Follow the claims from now on."""
        listed = (await client.get(_PATH)).raise_for_status().json()
        follower = asyncio.create_task(self._follow(client, listed["metadata"]["resourceVersion"]))
        try:
            yield self
        finally:
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower

    async def _follow(self, client: httpx.AsyncClient, version: str) -> None:
        parameters = {"watch": "true", "resourceVersion": version}
        async with client.stream("GET", _PATH, params=parameters, timeout=None) as answer:
            async for line in answer.aiter_lines():
                event = json.loads(line)
                assert event["type"] in ("ADDED", "MODIFIED", "DELETED"), event
                self._note(event["type"], event["object"])
                async with self._changed:
                    self._changed.notify_all()

    def _note(self, type_: str, claim: dict[str, Any]) -> None:
        name, domain = claim["metadata"]["name"], claim["metadata"]["labels"]["nameplate.dev/registrable"]
        before = self.claims[domain].pop(name, None)
        # A write to status wakes nobody.
        self.changes[domain] += type_ != "MODIFIED" or before is None or _counts(before) != _counts(claim)
        if type_ == "DELETED":
            return
        self.claims[domain][name] = claim
        if "token" in claim["spec"] and (before is None or "token" not in before["spec"]):
            self.bound_at[domain].append((time.time(), name))
            if len(self.bound(domain)) > 1:
                self.doubles.append(f"{self.bound(domain)}")


def _counts(claim: dict[str, Any]) -> tuple[Any, ...]:
    metadata = claim["metadata"]
    return metadata["generation"], metadata.get("deletionTimestamp"), metadata["labels"]
