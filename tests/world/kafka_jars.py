"""The jars of Kafka's broker: fetched once from Maven Central, each compared with its pinned sum."""

import hashlib
import os
import shutil
import sys
import urllib.request
from pathlib import Path

from tests.cluster.build_cache import cache_root, made_once
from tests.cluster.progress import Progress
from tests.world.packages import ProgramMissing, find_program

KAFKA = "4.4.0"
# Runtime dependencies of org.apache.kafka:kafka_2.13, and what writes its log to standard error.
PINNED = Path(__file__).with_name("kafka_jars.sha256")
_REPOSITORY = "https://repo1.maven.org/maven2"
_FETCH_TIMEOUT = 60


def java() -> Path:
    """Where Java 17 or later is."""
    found = find_program("java")
    if found is None:
        raise ProgramMissing("Java is needed for Kafka's broker and was not found; install openjdk-17-jre-headless")
    return found


def kafka_jars() -> Path:
    """The folder of the jars. Raises ProgramMissing: a test may not fetch them."""
    folder = _folder()
    if not folder.is_dir():
        raise ProgramMissing("Kafka's jars are missing; run: make programs")
    return folder


def ensure_kafka() -> Path:
    """The folder of the jars, fetched if it is not there."""
    progress = Progress()
    java()

    def fetch_all(into: Path) -> None:
        pinned = [line.split(maxsplit=1) for line in PINNED.read_text().splitlines()]
        for number, (sum_, path) in enumerate(pinned, start=1):
            progress.update(f"Kafka, jar {number} of {len(pinned)}: {Path(path).name}")
            _fetch(path, sum_, into / Path(path).name)

    return made_once(_folder(), fetch_all, lambda: progress.say("waiting for another fetch of Kafka"))


def _folder() -> Path:
    digest = hashlib.sha256(PINNED.read_bytes()).hexdigest()[:12]
    return cache_root() / f"kafka-{KAFKA}-{digest}"


def _fetch(path: str, sum_: str, into: Path) -> None:
    repository = os.environ.get("MAVEN_REPOSITORY", _REPOSITORY)
    with urllib.request.urlopen(f"{repository}/{path}", timeout=_FETCH_TIMEOUT) as answer, into.open("wb") as file:  # noqa: S310
        shutil.copyfileobj(answer, file)
    found = hashlib.sha256(into.read_bytes()).hexdigest()
    if found != sum_:
        raise ProgramMissing(f"{path} has the sum {found}, not {sum_}")


if __name__ == "__main__":
    print(ensure_kafka(), file=sys.stdout)
