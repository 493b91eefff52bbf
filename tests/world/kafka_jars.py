"""The jars of Kafka's broker, and the Java that runs them."""

from pathlib import Path

from tests.world.maven import Jars

KAFKA = "4.4.0"
JARS = Jars(f"kafka-{KAFKA}", Path(__file__).with_name("kafka.pom.xml"))

if __name__ == "__main__":
    print(JARS.ensure())
