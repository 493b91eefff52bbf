"""The last steps: the tenant deletes the CustomDomain, the customer removes the delegation, the name is let go."""

from collections.abc import Sequence

import yaml

from tests.cluster.audit import AuditEvent
from tests.cluster.waiting import until
from tests.demo.conditions import holds
from tests.demo.lookup import ask_for
from tests.demo.scene import Scene
from tests.demo.settings import QUARANTINE

_CHILDREN = "deployments,services,ingresses,configmaps,secrets"
_GONE_TIMEOUT = 60.0
_UNDELEGATED_TIMEOUT = 90.0


def delete(scene: Scene) -> None:
    """Delete the CustomDomain and see that all that was made for it inside the cluster goes."""
    children = scene.kubectl("get", _CHILDREN, "-n", scene.namespace, "-l", _label(scene), "-o", "name")
    scene.expect(len(children.split()) >= 5, "a Deployment, Service, Ingress, ConfigMap and Secret", children)
    before = scene.cluster.audit_mark()
    scene.kubectl("delete", "customdomain", scene.name, "-n", scene.namespace, "--timeout=50s")
    until(lambda: not _children(scene), "the children to be gone", timeout=_GONE_TIMEOUT)
    _show_order(scene, before)
    scene.kubectl("get", _CHILDREN, "-n", scene.namespace, "-l", _label(scene))
    events = scene.kubectl(
        *("get", "events", "-n", scene.namespace, "--field-selector=reason=ParentStillDelegates"),
        *("-o", "custom-columns=REASON:.reason,MESSAGE:.message"),
    )
    scene.expect("ParentStillDelegates" in events, "the Event ParentStillDelegates", events)


def show_tombstone(scene: Scene) -> None:
    """Show what keeps the name from strangers: the Released claim, and a zone that serves nothing."""
    seen = scene.table.follow(
        scene.claim,
        lambda claim: holds(claim, "Withdrawn") and holds(claim, "Undelegated", "False"),
        "the claim waits for the parent",
        _UNDELEGATED_TIMEOUT,
    )
    scene.page.command(f"kubectl get domainclaim {scene.host} -o yaml    # .spec")
    scene.page.output(yaml.safe_dump((seen or {})["spec"], sort_keys=False))
    scene.expect("releaseTime" in (seen or {})["spec"], "releaseTime in the claim", seen)
    names = [("SOA", scene.host), ("NS", scene.host), ("TXT", f"_nameplate.{scene.host}"), ("CAA", scene.host)]
    rows = [(f"{name} {rdtype}", _ask(scene, name, rdtype)) for rdtype, name in names]
    empty = [f"{label}{scene.host}" for label in ("", "api.", "cdn.")]
    rows += [(f"{name} A", _ask(scene, name, "A")) for name in empty]
    scene.page.line(f"  What our own name server {scene.dns.platform_addresses[0]} says:")
    scene.page.facts(rows)
    for _, said in rows[:4]:
        scene.expect(said not in {"no such record", "NXDOMAIN", "REFUSED"}, "the zone's own records", rows)
    for _, said in rows[4:]:
        scene.expect(said in {"no such record", "NXDOMAIN"}, "no address any more", rows)


def undelegate(scene: Scene) -> None:
    """Play the customer, who removes the records."""
    removed = scene.customer.remove_records()
    scene.page.line("  The customer removes at their provider:")
    scene.page.output("\n".join(str(row) for row in removed), "green")
    scene.page.say(f"The quarantine is {QUARANTINE} seconds here; by default it is 7 days.")
    scene.table.follow(
        scene.claim,
        lambda claim: claim is None,
        "the claim is gone",
        _UNDELEGATED_TIMEOUT + QUARANTINE,
    )


def show_nothing_left(scene: Scene) -> None:
    """Show that nothing of the name is left, inside or outside of the cluster."""
    left = scene.kubectl("get", "customdomains,domainclaims", "-A", "-o", "name")
    scene.expect(not left, "neither CustomDomain nor DomainClaim", left)
    said = _ask(scene, scene.host, "SOA")
    scene.page.facts([(f"{scene.host} SOA", f"{said} (at {scene.dns.platform_addresses[0]})")])
    scene.expect(said == "REFUSED", "the zone to be gone from the name server", said)


def _show_order(scene: Scene, before: int) -> None:
    """Print what was written, by whom and in which order, as the API server's audit log has it."""
    scene.cluster.audit_mark()
    events = [each for each in scene.cluster.audit_events(before) if _belongs_to_the_end(each)]
    events.sort(key=lambda each: each.received_at)
    first = min(each.received_at for each in events)
    rows = [
        (
            f"{(each.received_at - first).total_seconds():5.2f} s  {each.user.rpartition(':')[2]}",
            f"{each.verb:<6} {each.resource}/{each.name}",
        )
        for each in events
    ]
    scene.page.line("  In this order, says the API server's audit log:")
    scene.page.facts(rows)
    release, own_end = (_first(events, kind) for kind in ("domainclaims", "customdomains"))
    scene.expect(release < own_end, "the claim to be released before the CustomDomain ends", rows)
    children = [_first(events, kind) for kind in _CHILDREN.split(",")]
    scene.expect(own_end < min(children), "the children to go after the CustomDomain", rows)


def _belongs_to_the_end(event: AuditEvent) -> bool:
    mine = ("nameplate-operator", "generic-garbage-collector")
    kinds = {"customdomains", "domainclaims", *_CHILDREN.split(",")}
    return event.mutates and event.user.endswith(mine) and event.resource in kinds and not event.subresource


def _first(events: Sequence[AuditEvent], resource: str) -> int:
    return next((number for number, each in enumerate(events) if each.resource == resource), len(events))


def _label(scene: Scene) -> str:
    return f"nameplate.dev/domain={scene.name}"


def _children(scene: Scene) -> str:
    return scene.cluster.kubectl("get", _CHILDREN, "-n", scene.namespace, "-l", _label(scene), "-o", "name").strip()


def _ask(scene: Scene, name: str, rdtype: str) -> str:
    return ask_for(scene.dns.platform_addresses[0], scene.dns.port, name, rdtype)
