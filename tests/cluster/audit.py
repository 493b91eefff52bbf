"""The audit log of an API server: who did what to which object, and with what result."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

MUTATING = frozenset({"create", "update", "patch", "delete", "deletecollection"})

# One line per request, when it is answered, and per watch one more when it begins; probes are left out.
POLICY: dict[str, Any] = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "nonResourceURLs": ["/readyz*", "/livez*", "/healthz*"]},
        {"level": "Metadata"},
    ],
}


@dataclass(frozen=True)
class AuditEvent:
    """One request as the API server recorded it."""

    id: str
    stage: str
    verb: str
    user: str
    user_agent: str
    uri: str
    group: str
    resource: str
    subresource: str
    namespace: str
    name: str
    code: int
    received_at: datetime
    answered_at: datetime
    decision: str

    @property
    def mutates(self) -> bool:
        """Whether the request was one that can change something."""
        return self.verb in MUTATING

    @classmethod
    def parse(cls, line: str) -> "AuditEvent":
        """Read one line of the log."""
        event = json.loads(line)
        about = event.get("objectRef", {})
        return cls(
            id=event["auditID"],
            stage=event["stage"],
            verb=event["verb"],
            user=event.get("user", {}).get("username", ""),
            user_agent=event.get("userAgent", ""),
            uri=event["requestURI"],
            group=about.get("apiGroup", ""),
            resource=about.get("resource", ""),
            subresource=about.get("subresource", ""),
            namespace=about.get("namespace", ""),
            name=about.get("name", ""),
            code=event.get("responseStatus", {}).get("code", 0),
            received_at=datetime.fromisoformat(event["requestReceivedTimestamp"]),
            answered_at=datetime.fromisoformat(event["stageTimestamp"]),
            decision=event.get("annotations", {}).get("authorization.k8s.io/decision", ""),
        )


def read_audit_log(path: Path, offset: int = 0) -> Iterator[AuditEvent]:
    """Yield the events of a log from a byte offset on, up to its last whole line."""
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield AuditEvent.parse(line.decode())
