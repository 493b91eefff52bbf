"""``nameplate run``: puts the operator's parts together around the real API server, and runs them to the end."""

import asyncio
import json
import logging
import os
import socket

from nameplate_api import json_lines
from nameplate_operator import logs, settings_file, wiring
from nameplate_operator.adapters.kubernetes_children import ChildWatch
from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.adapters.kubernetes_lease import Leadership
from nameplate_operator.adapters.kubernetes_login import LoginError, bearer, login, tls
from nameplate_operator.adapters.kubernetes_requests import Requests
from nameplate_operator.health import Health, HealthServer
from nameplate_operator.kinds import CONFIG_MAP, DEPLOYMENT, INGRESS, LEASE, SECRET, SERVICE, SERVICE_ACCOUNT
from nameplate_operator.kopf_watch import WATCHED, Access, KopfWatch, Login
from nameplate_operator.lifecycle import Life, Parts
from nameplate_operator.lookout import Lookout
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import ProviderError, Ref
from nameplate_operator.resync import Resync
from nameplate_operator.schedule import Lane
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.work_queue import Time, WorkQueue

log = logging.getLogger(__name__)

LEASE_NAME = "nameplate-operator"
CHILDREN = (DEPLOYMENT, SERVICE, SERVICE_ACCOUNT, CONFIG_MAP, INGRESS)


def run(settings: OperatorSettings, log_level: str) -> int:
    """Run the operator; return its exit code."""
    json_lines.configure(logs.context, log_level)
    log.info("Settings: %s", json.dumps(settings_file.shown(settings), sort_keys=True))
    try:
        return asyncio.run(_operate(settings))
    except (LoginError, ProviderError, OSError) as error:
        log.error("Ending: %s", error)  # noqa: TRY400 - the text says it all
    except Exception:
        log.exception("Ending by a mistake in the operator")
    return 1


def identity() -> str:
    """Return who holds the Lease: the Pod's name, so that a restarted container has it back at once."""
    return os.environ.get("POD_NAME") or socket.gethostname()


async def _operate(settings: OperatorSettings) -> int:
    metrics = Metrics()
    configuration = await login()
    requests = Requests(configuration, metrics.requested)

    async def access() -> Access:
        return Access(configuration.host, tls(configuration), await bearer(configuration))

    try:
        return await _live(settings, metrics, requests, access)
    finally:
        await requests.close()


async def _live(settings: OperatorSettings, metrics: Metrics, requests: Requests, access: Login) -> int:
    # What it wakes is made from it, so that it is named later.
    children = ChildWatch(requests, lambda ref: wake(ref), CHILDREN, by_namespace=(SECRET,))  # noqa: PLW0108
    cluster = KubernetesCluster(requests, (*WATCHED, *CHILDREN, SECRET), Events(requests, identity()), children)
    async with wiring.outside(settings, cluster) as ports:
        passes = wiring.passes(ports, settings, metrics)

        async def look(ref: Ref) -> float | None:
            if sighting := lookout.sightings.seen.get(ref):
                logs.identify(uid=sighting.uid, generation=sighting.generation)
            return await passes(ref)

        queue = WorkQueue(look, slots=settings.workers, metrics=metrics, time=Time.of_the_loop())
        lookout = Lookout(queue, metrics, children)
        resync = Resync(cluster, lookout, WATCHED, every=settings.resync_every)
        health = Health()

        def wake(ref: Ref) -> None:
            # The children that are there at the start wake their owners together: nobody changed anything.
            queue.wake(ref, Lane.EDIT if resync.listed else Lane.RESYNC)

        parts = Parts(
            health=health,
            server=HealthServer(health, metrics, settings.health_port),
            kinds_served=lambda: cluster.wait_for_kinds(WATCHED),
            lease=Leadership(requests, Ref(LEASE, LEASE_NAME, settings.namespace), identity()),
            children=children,
            queue=queue,
            watch=KopfWatch(lookout.heed, access),
            resync=resync,
            sweep=passes.sweep_for_ever,
        )
        return await Life(parts, leader=metrics.leader.labels(LEASE_NAME).set).run()
