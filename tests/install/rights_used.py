"""Compares the rights that roles grant with those that an audit log shows to be used."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tests.cluster.audit import AuditEvent


class Right(NamedTuple):
    """One verb on one resource, with its subresource after a slash."""

    group: str
    resource: str
    verb: str


def granted(role: dict[str, Any]) -> set[Right]:
    """Return what a role grants."""
    return {
        Right(group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def used(events: Iterable[AuditEvent], user: str) -> Iterator[tuple[str, Right]]:
    """Yield namespace and right of each request of a user that was about an object."""
    for event in events:
        if event.user == user and event.resource:
            resource = f"{event.resource}/{event.subresource}" if event.subresource else event.resource
            yield event.namespace, Right(event.group, resource, event.verb)
            if event.verb == "patch" and event.code == 201:
                # An apply that makes an object must be allowed to create it as well.
                yield event.namespace, Right(event.group, resource, "create")
