"""The properties of a broker that stands alone (Kafka's documentation, "Broker Configs")."""

from pathlib import Path
from typing import NamedTuple


class Ports(NamedTuple):
    """Where it listens."""

    plain: int
    secure: int
    controller: int


def broker_properties(address: str, ports: Ports, directory: Path, certificate: Path) -> str:
    """Return the file: plain text for all, TLS for those who know the SCRAM password, one replica of everything."""
    plain, secure = f"PLAIN://{address}:{ports.plain}", f"SECURE://{address}:{ports.secure}"
    controller = f"{address}:{ports.controller}"
    properties = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"{plain},{secure},CONTROLLER://{controller}",
        "advertised.listeners": f"{plain},{secure}",
        "inter.broker.listener.name": "PLAIN",
        "listener.security.protocol.map": "PLAIN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secure.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificate),
        # So long a broker that crashed is waited for before it may register anew: nine seconds otherwise.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "log.dirs": str(directory / "data"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
    }
    return "".join(f"{name}={value}\n" for name, value in properties.items())
