"""A copy of all objects of one kind, kept up by list and watch as a controller keeps it: no polling, nothing missed."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx

Key = tuple[str, str]
Objects = dict[Key, dict[str, Any]]

# The server ends a watch after this, so that a silent connection is noticed soon after.
_WATCH_TIMEOUT = 60
_SILENCE_TIMEOUT = 75.0
_RETRY_AFTER = 0.2


class _Expired(Exception):
    """The server no longer knows the version to go on from."""


class Mirror:
    """Follows one path of the API, such as `/api/v1/pods`, in all namespaces."""

    def __init__(self, client: httpx.AsyncClient, path: str, changed: Callable[[], None]) -> None:
        self.objects: Objects = {}
        self.filled = asyncio.Event()
        self._client, self._path, self._changed = client, path, changed
        self._version: str | None = None

    async def follow(self) -> None:
        """Follow until cancelled, whatever happens to the server."""
        while True:
            try:
                if self._version is None:
                    await self._list()
                await self._watch()
            except _Expired:
                self._version = None
            except (httpx.HTTPError, ValueError):
                # Resumed where it was cut.
                await asyncio.sleep(_RETRY_AFTER)

    async def _list(self) -> None:
        answer = await self._client.get(self._path)
        answer.raise_for_status()
        listed = answer.json()
        kind = listed["kind"].removesuffix("List")
        # Items of a list do not tell their kind.
        self.objects = {_key(item): {"kind": kind, **item} for item in listed["items"]}
        self._version = listed["metadata"]["resourceVersion"]
        self.filled.set()
        self._changed()

    async def _watch(self) -> None:
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version or "",
            "timeoutSeconds": str(_WATCH_TIMEOUT),
        }
        async with self._client.stream("GET", self._path, params=query, timeout=_SILENCE_TIMEOUT) as stream:
            if stream.status_code == 410:
                raise _Expired
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                self._take(json.loads(line))

    def _take(self, event: dict[str, Any]) -> None:
        seen = event["object"]
        if event["type"] == "ERROR":
            raise _Expired
        self._version = seen["metadata"]["resourceVersion"]
        if event["type"] == "BOOKMARK":
            return
        if event["type"] == "DELETED":
            self.objects.pop(_key(seen), None)
        else:
            self.objects[_key(seen)] = seen
        self._changed()


def _key(item: dict[str, Any]) -> Key:
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]
