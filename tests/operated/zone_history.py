"""What a zone at the provider held while a test goes on, looked at again and again."""

import threading
from types import TracebackType
from typing import Self

import httpx

from tests.operated.world import OperatedWorld

Records = dict[tuple[str, str], list[str]]
_LOOK_EVERY = 0.1


class ZoneHistory:
    """`with ZoneHistory(world, host) as history: ...; history.versions` are oldest first; no zone is {}."""

    def __init__(self, world: OperatedWorld, host: str) -> None:
        self.versions: list[Records] = []
        self._world, self._host = world, host
        self._over = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._follow, name="zone history", daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(30)
        self._look()
        if self._failure is not None and kind is None:
            raise self._failure

    def _follow(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            try:
                self._look()
            except Exception as failure:  # noqa: BLE001 - it comes out in the test
                self._failure = failure
                return

    def _look(self) -> None:
        try:
            seen = self._world.zone_records(self._host)
        except httpx.HTTPStatusError as error:
            if error.response.status_code != httpx.codes.NOT_FOUND:
                raise
            seen = {}
        if self.versions[-1:] != [seen]:
            self.versions.append(seen)
