"""The order of one person's events, from requests that were acknowledged one after the other to a slow endpoint."""

import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.cluster.waiting import until
from tests.nameplate_ingestion.mounted import Mounts, document
from tests.nameplate_ingestion.sinks.tracking_api import Post, Told, TrackingApi
from tests.world.ingestion_process import IngestionProcess

HOST = "api.cdp.acme.com"
VISITORS = 15
LONGEST = 0.03
"""Seconds that the endpoint takes for a request."""


def life(visitor: int) -> list[tuple[str, dict[str, Any]]]:
    """Return all that a person does, by path and body: a stranger at first, then known, then by the id alone."""
    stranger = {"anonymousId": f"anon-{visitor}"}
    known = stranger | {"userId": f"user-{visitor}"}
    user = {"userId": f"user-{visitor}"}
    return [
        ("page", stranger),
        ("track", stranger | {"event": "Looked"}),
        ("identify", known | {"traits": {}}),
        ("track", known | {"event": "Bought"}),
        ("batch", {"batch": [{"type": "track", "event": "Paid", **user}, {"type": "screen", **user}]}),
        ("group", user | {"groupId": "g"}),
        ("alias", {"userId": f"person-{visitor}", "previousId": f"user-{visitor}"}),
        ("track", {"userId": f"person-{visitor}", "event": "Left"}),
    ]


def numbered(body: dict[str, Any], visitor: int, step: int) -> dict[str, Any]:
    """Return the body with what it is told by."""
    if "batch" in body:
        return {"batch": [numbered(event, visitor, step + place) for place, event in enumerate(body["batch"])]}
    return body | {"visitor": visitor, "step": step}


def test_one_worker_keeps_the_order_of_a_person_whatever_they_do_and_are_called(mounts: Mounts, tmp_path: Path):
    times = random.Random(7)  # noqa: S311 - repeatable, not secret

    def answer(post: Post) -> Told:
        time.sleep(times.uniform(0, LONGEST))
        return Told()

    with TrackingApi(answer) as api:
        mounts.write(document(sink={"forward": {"url": api.url}}))
        service = IngestionProcess(tmp_path, mounts.arguments(), tmp_path / "s")
        try:
            service.start("--workers", "1")
            service.wait_ready()
            for visitor in range(VISITORS):
                step = 0
                for call, body in life(visitor):
                    answered = service.post(HOST, f"/v1/{call}", {**numbered(body, visitor, step), "writeKey": "k3y"})
                    assert answered.is_success
                    step += len(body.get("batch", "1"))
            until(lambda: len(api.taken) == VISITORS * 9, "all events to arrive")
        finally:
            service.close()
    steps = defaultdict(list)
    for event in api.taken:
        steps[event["visitor"]].append(event["step"])
    assert steps == {visitor: list(range(9)) for visitor in range(VISITORS)}
