"""One tenant with one CustomDomain, and the owner of its parent zone: the verbs of a domain's life.

    acme.apply(replicas=2)                                  # or apply({...spec}); edit(ingestion={...})
    acme.wait_for("Delegated", "False", "DelegationMissing")
    acme.enter_ns_records()                                 # types what `kubectl get -o json` shows
    acme.ready()                                            # Ready, settled, for the newest spec
    acme.status(), acme.condition("Ready"), acme.claim(), acme.child("secrets", "tls")
    acme.delete(); acme.remove_ns_records(); acme.until_released(); acme.until_forgotten()

Nothing here imports the operator's code: what it should do is written out by the tests.
"""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.cluster.waiting import until
from tests.world.customer import Customer
from tests.world.dns.world import ServedZone

if TYPE_CHECKING:
    from tests.operated.world import OperatedWorld

API = "/apis/nameplate.dev/v1alpha1"
MERGE = {"Content-Type": "application/merge-patch+json"}
PATHS = {
    "configmaps": "/api/v1",
    "secrets": "/api/v1",
    "services": "/api/v1",
    "serviceaccounts": "/api/v1",
    "pods": "/api/v1",
    "deployments": "/apis/apps/v1",
    "ingresses": "/apis/networking.k8s.io/v1",
}
CHILDREN = ("configmaps", "secrets", "services", "serviceaccounts", "deployments", "ingresses")
SETTLED_TIMEOUT = 90.0
"""Seconds in which everything must come about, on a machine with other work to do."""

Json = dict[str, Any]


class Tenant:
    """A namespace, the name that its CustomDomain asks for, and the customer who owns the zone above."""

    def __init__(self, world: "OperatedWorld", namespace: str, name: str, host: str, parent: ServedZone) -> None:
        self.world, self.namespace, self.name, self.host, self.parent = world, namespace, name, host, parent
        self.customer = Customer(world.cluster, namespace, name, at=parent)

    @property
    def path(self) -> str:
        """Where the CustomDomain is in the API."""
        return f"{API}/namespaces/{self.namespace}/customdomains/{self.name}"

    @property
    def claim_path(self) -> str:
        """Where the DomainClaim is in the API."""
        return f"{API}/domainclaims/{self.host}"

    def manifest(self, **spec: Any) -> Json:
        """Return the smallest CustomDomain, with more fields in its spec."""
        sources = [{"name": "website", "type": "AnalyticsJS", "writeKey": "k3y"}]
        return {
            "apiVersion": "nameplate.dev/v1alpha1",
            "kind": "CustomDomain",
            "metadata": {"name": self.name, "namespace": self.namespace},
            "spec": {"domain": self.host, "sources": sources, **spec},
        }

    def apply(self, **spec: Any) -> None:
        """Apply the CustomDomain with kubectl, as a person does."""
        self.world.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(self.manifest(**spec)))

    def create(self, **spec: Any) -> Json:
        """Create the CustomDomain by one request, for what is counted or timed."""
        manifest = self.manifest(**spec)
        answer = self.world.api.post(self.path.rpartition("/")[0], json=manifest)
        created: Json = answer.raise_for_status().json()
        return created

    def edit(self, **spec: Any) -> None:
        """Change fields of the spec."""
        self.world.api.patch(self.path, json={"spec": spec}, headers=MERGE).raise_for_status()

    def recheck(self) -> None:
        """Ask for a look by annotation."""
        note = {"metadata": {"annotations": {"nameplate.dev/recheck": str(time.time_ns())}}}
        self.world.api.patch(self.path, json=note, headers=MERGE).raise_for_status()

    def delete(self) -> None:
        """Ask for the CustomDomain's deletion; it is not waited for."""
        self.world.api.delete(self.path).raise_for_status()

    def vanish(self) -> None:
        """Force the CustomDomain away past its finalizer, while no operator is there to see it."""
        self.delete()
        unguarded = {"metadata": {"finalizers": None}}
        self.world.api.patch(self.path, json=unguarded, headers=MERGE).raise_for_status()

    def be_looked_at(self, timeout: float = SETTLED_TIMEOUT) -> None:
        """Have a whole pass made from now on: the second look at the parent comes when the first has ended."""
        for _ in range(2):
            since = time.time()
            self.recheck()
            self._until(
                lambda: any(query.time > since for query in self.world.dns.queries(self.parent, self.host)),  # noqa: B023
                "a look at the parent zone",
                timeout,
            )

    def leave(self) -> None:
        """Let the CustomDomain and the delegation go, if they are there; nothing is waited for."""
        self.world.api.delete(self.path)
        self.remove_ns_records()

    # What is seen.

    def seen(self) -> Json | None:
        """Return the CustomDomain, None if it is gone."""
        return self.world.get(self.path)

    def status(self) -> Json:
        """Return its status."""
        seen = self.seen() or {}
        found: Json = seen.get("status", {})
        return found

    def condition(self, kind: str) -> Json | None:
        """Return a condition by its type."""
        return condition(self.seen(), kind)

    def claim(self) -> Json | None:
        """Return the DomainClaim, None if it is gone."""
        return self.world.get(self.claim_path)

    def child(self, plural: str, suffix: str) -> Json | None:
        """Return a child by its kind and the end of its name, None if it is gone."""
        return self.world.get(self.child_path(plural, suffix))

    def child_path(self, plural: str, suffix: str = "") -> str:
        """Return where a child is in the API, or all of its kind."""
        below = f"{PATHS[plural]}/namespaces/{self.namespace}/{plural}"
        return f"{below}/{self.name}-{suffix}" if suffix else below

    def children(self) -> dict[str, list[Json]]:
        """Return all objects that carry the CustomDomain's label, by kind."""
        found = {}
        for plural in CHILDREN:
            answer = self.world.api.get(
                self.child_path(plural), params={"labelSelector": f"nameplate.dev/domain={self.name}"}
            )
            found[plural] = answer.raise_for_status().json()["items"]
        return found

    # What is waited for.

    def wait_for(
        self, kind: str, status: str = "True", reason: str | None = None, timeout: float = SETTLED_TIMEOUT
    ) -> Json:
        """Wait until a condition of the newest spec is so, and return it."""

        def look() -> Json | None:
            seen = self.seen()
            found = condition(seen, kind)
            if seen is None or found is None or found["observedGeneration"] != seen["metadata"]["generation"]:
                return None
            return found if found["status"] == status and reason in (None, found["reason"]) else None

        found: Json = self._until(look, f"{kind}={status}{f' ({reason})' if reason else ''}", timeout)
        return found

    def enter_ns_records(self, timeout: float = SETTLED_TIMEOUT) -> None:
        """Wait until records are shown, and have the customer type them."""
        self._until(lambda: self.status().get("records"), "records to be shown", timeout)
        if not self.customer.add_records():
            raise AssertionError(f"nothing to type: {self.status()['records']}")

    def ready(self, timeout: float = SETTLED_TIMEOUT) -> Json:
        """Wait until the newest spec is served and nothing is under way, and return the CustomDomain."""
        found: Json = self._until(lambda: (seen := self.seen()) and settled(seen) and seen, "Ready", timeout)
        return found

    def serve(self, **spec: Any) -> Json:
        """Apply, delegate, and wait until it is Ready."""
        self.apply(**spec)
        self.enter_ns_records()
        return self.ready()

    def remove_ns_records(self) -> None:
        """Have the customer remove what was typed."""
        self.customer.remove_records()

    def until_released(self, timeout: float = SETTLED_TIMEOUT) -> Json:
        """Wait until the CustomDomain is gone and its claim Released, and return the claim."""
        self.until_deleted(timeout)
        found: Json = self._until(
            lambda: (claim := self.claim()) and "releaseTime" in claim["spec"] and claim, "a Released claim", timeout
        )
        return found

    def until_deleted(self, timeout: float = SETTLED_TIMEOUT) -> None:
        """Wait until the CustomDomain and its children are gone."""
        self._until(lambda: self.seen() is None, "the CustomDomain to be gone", timeout)
        self._until(lambda: not any(self.children().values()), "the children to be gone", timeout)

    def until_forgotten(self, timeout: float = SETTLED_TIMEOUT) -> None:
        """Wait until the claim is gone, and its zone with it."""
        self._until(lambda: self.claim() is None, "the claim to be gone", timeout)
        assert self.host not in self.world.zones()

    def _until(self, look: Callable[[], Any], what: str, timeout: float) -> Any:
        try:
            return until(look, f"{self.namespace}/{self.name}: {what}", timeout)
        except TimeoutError as error:
            seen, claim = self.seen(), self.claim()
            story = {"conditions": summary(seen), "claim": summary(claim), "spec": (claim or {}).get("spec")}
            raise TimeoutError(f"{error}\n{json.dumps(story, indent=1)}\n{self._log()}") from None

    def _log(self) -> str:
        lines = self.world.operator.log.read_text(errors="replace").splitlines()
        return "\n".join(["the operator's log ends:", *(line[:400] for line in lines[-25:])])


def condition(seen: Json | None, kind: str) -> Json | None:
    """Return a condition of an object by its type."""
    conditions = (seen or {}).get("status", {}).get("conditions", ())
    return next((each for each in conditions if each["type"] == kind), None)


def settled(seen: Json) -> bool:
    """Tell whether the newest spec is served and nothing is under way any more."""
    ready = condition(seen, "Ready")
    return (
        seen["status"].get("observedGeneration") == seen["metadata"]["generation"]
        and ready is not None
        and ready["status"] == "True"
        and condition(seen, "Reconciling") is None
    )


def summary(seen: Json | None) -> list[str]:
    """Return an object's conditions, one line each."""
    conditions = (seen or {}).get("status", {}).get("conditions", ())
    return [f"{each['type']}={each['status']} {each['reason']}: {each['message']}" for each in conditions]
