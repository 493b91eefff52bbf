"""The steps from `kubectl apply` to Ready: the tenant asks for a name, and its owner delegates it."""

from tests.demo.conditions import Json, Unexpected, holds
from tests.demo.scene import SAMPLE, SAMPLES, Scene

_SHOWN_TIMEOUT = 60.0
_READY_TIMEOUT = 90.0


def apply_sample(scene: Scene) -> None:
    """Apply the sample, and follow it until only the owner of the domain can bring it forward."""
    scene.kubectl("create", "namespace", scene.namespace)
    scene.kubectl("apply", "-n", scene.namespace, "-f", str(SAMPLES / "rolebinding.yaml"))
    scene.page.command(f"cat {SAMPLE}")
    scene.page.output(SAMPLE.read_text(), "dim")
    scene.kubectl("apply", "-n", scene.namespace, "-f", str(SAMPLE))
    scene.table.follow(scene.custom_domain, _waits_for_owner, "it waits for the owner of the domain", _SHOWN_TIMEOUT)


def show_records(scene: Scene) -> None:
    """Print what the owner of the domain has to add."""
    rows = (scene.custom_domain() or {}).get("status", {}).get("records", [])
    scene.expect(bool(rows), "records to add in status.records", rows)
    registered = scene.host.partition(".")[2]
    scene.page.say(f"To be added to the zone {registered}, at the provider of its owner:")
    scene.page.line()
    lines = [
        f"{row['name']}.  {row['ttl']}  IN  {row['type']}  {value}."
        for row in rows
        if row["action"] == "Add"
        for value in row["values"]
    ]
    scene.page.output("\n".join(lines), "bold")


def delegate(scene: Scene) -> None:
    """Play the customer, who types what kubectl shows."""
    typed = scene.customer.add_records()
    scene.expect(bool(typed), "a record to type", typed)
    scene.page.command(f"kubectl get customdomain {scene.name} -n {scene.namespace} -o json")
    scene.page.line("  The customer finds .status.records in it, and types into the zone editor of their provider:")
    scene.page.output("\n".join(str(row) for row in typed), "green")


def follow_to_ready(scene: Scene) -> None:
    """Follow the domain until it serves."""
    ready = scene.table.follow(scene.custom_domain, is_settled, "it is Ready", _READY_TIMEOUT)
    if ready is None:
        raise Unexpected("the CustomDomain is gone")
    rows = ready["status"]["records"]
    scene.expect(all(row["state"] == "Present" for row in rows), "every record to be Present", rows)
    scene.kubectl("get", "customdomains", "-n", scene.namespace)


def is_settled(seen: Json | None) -> bool:
    """Tell whether the newest spec is served and nothing is under way any more."""
    return (
        holds(seen, "Ready")
        and seen is not None
        and seen["status"]["observedGeneration"] == seen["metadata"]["generation"]
        and not holds(seen, "Reconciling")
    )


def _waits_for_owner(seen: Json | None) -> bool:
    return holds(seen, "Delegated", "False", "DelegationMissing") and bool((seen or {})["status"].get("records"))
