"""The jars of Kafka's broker."""

from pathlib import Path

from tests.world.maven import Jars

KAFKA = "4.4.0"
_HERE = Path(__file__).parent
JARS = Jars(f"kafka-{KAFKA}", _HERE / "kafka.pom.xml", _HERE / "kafka_jars.sha256")

if __name__ == "__main__":
    print(JARS.ensure())
