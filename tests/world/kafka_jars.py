"""The jars of Kafka's broker: fetched once by Maven, each compared with its pinned sum, and the Java that runs them."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cluster.build_cache import cache_root, made_once
from tests.cluster.progress import Progress
from tests.world.packages import ProgramMissing, ensure, find_program

KAFKA = "4.4.0"
PINNED = Path(__file__).with_name("kafka_jars.sha256")
_POM = Path(__file__).with_name("kafka.pom.xml")
_FETCH_TIMEOUT = 600


def java() -> Path:
    """Where Java 17 or later is, installed through apt if it is missing and we are root."""
    return ensure(lambda: find_program("java"), "Java, for Kafka's broker,", ["openjdk-17-jre-headless"])


def kafka_jars() -> Path:
    """The folder of the jars. Raises ProgramMissing: a test may not fetch them."""
    folder = _folder()
    if not folder.is_dir():
        raise ProgramMissing("Kafka's jars are missing; run: make programs")
    return folder


def ensure_kafka() -> Path:
    """The folder of the jars, fetched if it is not there."""
    java()
    progress = Progress()

    def fetch(into: Path) -> None:
        progress.update(f"Kafka {KAFKA}: its jars are fetched")
        _fetch(into)

    return made_once(_folder(), fetch, lambda: progress.say("waiting for another fetch of Kafka"))


def _folder() -> Path:
    digest = hashlib.sha256(_POM.read_bytes() + PINNED.read_bytes()).hexdigest()[:12]
    return cache_root() / f"kafka-{KAFKA}-{digest}"


def _fetch(into: Path) -> None:
    maven = ensure(lambda: find_program("mvn"), "Maven", ["maven"])
    # Maven keeps its own files beside the POM, which must not stand in the checkout.
    pom = shutil.copy(_POM, into / "pom.xml")
    command = [str(maven), "--batch-mode", "--quiet", "--file", pom, "dependency:copy-dependencies"]
    done = subprocess.run(
        [*command, "-DincludeScope=runtime", f"-DoutputDirectory={into}"],
        capture_output=True,
        text=True,
        timeout=_FETCH_TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise ProgramMissing(f"Maven could not fetch Kafka's jars:\n{done.stdout[-2000:]}")
    pinned = {name: sum_ for sum_, name in (line.split() for line in PINNED.read_text().splitlines())}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in into.glob("*.jar")}
    for name in sorted(pinned.keys() | found.keys()):
        if pinned.get(name) != found.get(name):
            raise ProgramMissing(f"{name} has the sum {found.get(name)}, and not {pinned.get(name)} as is pinned")


if __name__ == "__main__":
    print(ensure_kafka(), file=sys.stdout)
