"""Keeps one mirror up to date: a list, then a watch, and a list again when the watch cannot be believed."""

import asyncio
import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from nameplate_operator.adapters.kubernetes_mirror import Mirror
from nameplate_operator.adapters.kubernetes_paths import path_of
from nameplate_operator.adapters.kubernetes_refusals import require_success
from nameplate_operator.adapters.kubernetes_requests import Call, Requests
from nameplate_operator.ports import Forbidden, Kind, Manifest, ProviderError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a watch is, in seconds.

    The API server sends a bookmark about every minute: a stream without one is dead, whatever TCP says.
    """

    stall_timeout: float = 75.0
    renew_after: float = 300.0
    first_retry_after: float = 0.5
    longest_retry_after: float = 30.0
    refused_every: float = 60.0
    page: int = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """What is watched: a kind, in one namespace or in all, by label."""

    kind: Kind
    label: str
    namespace: str = ""

    def __str__(self) -> str:
        """Return what is watched as logs name it."""
        return f"{self.kind.plural} in {self.namespace or 'all namespaces'}"


class _Relist(Exception):
    """The watch cannot go on from where it was."""


class Watch:
    """One list and watch; ``changed`` is told of every object that differs, as it was and as it is."""

    def __init__(
        self, requests: Requests, scope: Scope, changed: Callable[[Manifest], None], pace: Pace | None = None
    ) -> None:
        self.scope = scope
        self.mirror = Mirror()
        self._requests = requests
        self._changed = changed
        self._pace = pace or Pace()
        self._version = ""
        self._failures = 0

    async def serve(self) -> None:
        """Watch until cancelled; nothing that is answered ends it."""
        while True:
            try:
                if not self._version:
                    await self._list()
                if not await self._follow():
                    await self._rest("it was cut", 0)
            except Forbidden as error:
                log.warning("%s", error.message)
                self._version = ""
                await self._rest(error.message, self._pace.refused_every)
            except ProviderError as error:
                await self._rest(error.message, error.retry_after or 0)
            except _Relist as reason:
                self._version = ""
                await self._rest(str(reason), 0)
            except Exception:
                log.exception("The watch of %s failed", self.scope)
                self._version = ""
                await self._rest("it failed", 0)
            finally:
                self.mirror.current = False

    async def _rest(self, why: str, at_least: float) -> None:
        self.mirror.current = False
        pause = min(self._pace.first_retry_after * 2**self._failures, self._pace.longest_retry_after)
        pause = max(pause, at_least) * random.uniform(0.75, 1.25)  # noqa: S311 - only spreads load
        self._failures = min(self._failures + 1, 20)
        log.info("The watch of %s begins anew in %.1f s: %s", self.scope, pause, why)
        await asyncio.sleep(pause)

    async def _list(self) -> None:
        objects: list[Manifest] = []
        query = {"labelSelector": self.scope.label, "limit": str(self._pace.page)}
        while True:
            answer = await self._requests.send(Call("GET", self._path, query))
            if answer.status == 410:
                raise _Relist("the list took too long")
            page = require_success(answer, "list", str(self.scope))
            objects += [self._typed(each) for each in page["items"]]
            meta = page["metadata"]
            if not meta.get("continue"):
                break
            query["continue"] = meta["continue"]
        self._tell(self.mirror.replace(objects, meta["resourceVersion"]))
        self._version = meta["resourceVersion"]

    async def _follow(self) -> bool:
        renew_after = self._pace.renew_after * random.uniform(0.8, 1)  # noqa: S311 - only spreads load
        query = {
            "labelSelector": self.scope.label,
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": str(max(1, int(renew_after))),
        }
        async with self._requests.stream(Call("GET", self._path, query)) as (answer, content):
            if answer.status == 410:
                raise _Relist("it is too far behind")
            require_success(answer, "watch", str(self.scope))
            self.mirror.current = True
            return await self._read(content)

    async def _read(self, content: aiohttp.StreamReader) -> bool:
        """Take events until the stream ends; say whether it ended as it should: after a while, between two events."""
        now = asyncio.get_running_loop().time
        began, heard = now(), False
        try:
            while line := await self._line(content):
                self._heed(_event(line))
                heard, self._failures = True, 0
        except TimeoutError:
            raise _Relist("it has been silent for too long") from None
        except (aiohttp.ClientError, OSError):
            return False
        return heard or now() - began > self._pace.first_retry_after

    async def _line(self, content: aiohttp.StreamReader) -> bytes:
        async with asyncio.timeout(self._pace.stall_timeout):
            return await content.readline()

    def _heed(self, event: dict[str, Any]) -> None:
        found = event["object"]
        match event["type"]:
            case "ADDED" | "MODIFIED":
                self._tell(self.mirror.put(found))
            case "DELETED":
                self._tell(self.mirror.remove(found))
            case "BOOKMARK":
                pass
            case _:
                raise _Relist(f"the API server reports an error ({found.get('code')})")
        self._version = found["metadata"]["resourceVersion"]

    def _typed(self, manifest: dict[str, Any]) -> Manifest:
        # Items of a list come without their type.
        return {**self.scope.kind.type_meta, **manifest}

    def _tell(self, objects: list[Manifest]) -> None:
        for each in objects:
            self._changed(each)

    @property
    def _path(self) -> str:
        return path_of(self.scope.kind, self.scope.namespace)


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("object"), dict):
        raise aiohttp.ClientPayloadError("the stream was cut within an event")
    return event
