"""Every version of one object that the API server shows while a test goes on, by a watch of its own."""

import json
import threading
from types import TracebackType
from typing import Any, Self

import httpx

from tests.cluster.access import ClusterAccess
from tests.cluster.waiting import until

Json = dict[str, Any]


class History:
    """`with History(cluster, tenant.path) as history: ...; history.versions` are oldest first."""

    def __init__(self, cluster: ClusterAccess, path: str) -> None:
        self.versions: list[Json] = []
        self._client = cluster.client()
        self._collection, _, self._name = path.rpartition("/")
        self._thread = threading.Thread(target=self._follow, name="history", daemon=True)
        self._over = threading.Event()
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        listed = self._client.get(self._collection, params={"fieldSelector": f"metadata.name={self._name}"})
        found = listed.raise_for_status().json()
        self.versions += found["items"]
        self._since = found["metadata"]["resourceVersion"]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._catch_up()
        finally:
            self._over.set()
            # The read below wakes up at least every second.
            self._thread.join(60)
            self._client.close()
        if self._failure is not None and kind is None:
            raise self._failure

    def _catch_up(self) -> None:
        """Wait until the watch, which comes later than an answer, has shown what is there now."""
        found = self._client.get(f"{self._collection}/{self._name}")
        if found.is_success:
            version = found.json()["metadata"]["resourceVersion"]
            until(lambda: self._failure or self._has_shown(version), "the watch to show the last version")

    def _has_shown(self, version: str) -> bool:
        return any(each["metadata"]["resourceVersion"] == version for each in self.versions)

    def _follow(self) -> None:
        query = {"fieldSelector": f"metadata.name={self._name}", "watch": "1", "allowWatchBookmarks": "false"}
        while not self._over.is_set():
            since = {"resourceVersion": self._since, "timeoutSeconds": "1"}
            try:
                with self._client.stream("GET", self._collection, params=query | since) as answer:
                    for line in answer.iter_lines():
                        self._note(json.loads(line))
            except httpx.TransportError:
                continue
            except Exception as error:  # noqa: BLE001 - it comes out in the test
                self._failure = error
                return

    def _note(self, event: Json) -> None:
        if event["type"] == "ERROR":
            raise RuntimeError(f"the watch failed: {event['object']}")
        self._since = event["object"]["metadata"]["resourceVersion"]
        if event["type"] != "DELETED":
            self.versions.append(event["object"])
