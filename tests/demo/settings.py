"""The operator's settings in the demo: where its private world is, and a quarantine short enough to be watched."""

from typing import Any

from tests.demo.scene import Scene
from tests.world.dns.world import PLATFORM

QUARANTINE = 8
"""Seconds; the default is 7 days."""


def operator_settings(scene: Scene) -> dict[str, Any]:
    """Return what differs from the defaults."""
    return {
        "clusterName": "demo",
        "zones": {"powerDns": {"url": scene.powerdns.api_url, "nameserverDomain": PLATFORM}},
        "dns": {
            "rootHintsFile": str(scene.dns.root_hints),
            "port": scene.dns.port,
            "allowedPrivateRanges": ["127.0.0.0/8"],
        },
        "ingestion": {"image": "nameplate-ingestion:demo"},
        "route": {"ingressClassName": scene.edge.ingress_class},
        "prober": {"port": scene.edge.port},
        "release": {"quarantine": QUARANTINE},
    }
