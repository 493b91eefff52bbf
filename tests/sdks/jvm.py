"""What the SDKs that run on Java share: their jars, their drivers and clients compiled, and how they are started."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

from tests.world.maven import Jars, java
from tests.world.packages import ProgramMissing

_COMPILE_TIMEOUT = 300
# What lives for seconds only would gain less from a better compiler than that takes.
_SHORT_LIVED = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def build_java(folder: Path) -> None:
    """Fetch the jars that a folder names, and compile its driver, and apart from it its client."""
    jars = _fetch(folder, "", "jars")
    _javac(folder / "JavaDriver.java", folder / "driver", jars)
    _javac(folder / "Tracking.java", folder / "client", jars)


def build_kotlin(folder: Path) -> None:
    """Do the same for a client in Kotlin, which the driver is compiled against."""
    jars = _fetch(folder, "", "jars")
    compiler = _fetch(folder, "compiler", "compiler")
    options = ["-no-stdlib", "-no-reflect", "-Werror", "-classpath", jars, "-d", str(folder / "client")]
    main = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"
    _compile(["-cp", compiler, main, *options], folder / "Client.kt")
    # It is ten times as large as all the rest.
    shutil.rmtree(folder / "compiler")
    _javac(folder / "KotlinDriver.java", folder / "driver", f"{folder / 'client'}:{jars}")


def driver(folder: Path, main: str, *classes: str) -> Sequence[str]:
    """Return the command line of a driver in its folder, with what else of the folder it sees."""
    seen = [str(folder / name) for name in ("driver", *classes)]
    return [str(java()), *_SHORT_LIVED, "-cp", ":".join([*seen, f"{folder / 'jars'}/*"]), main]


def trust(authority: Path) -> Mapping[str, str]:
    """Return the environment in which Java trusts an authority, given as PEM."""
    certificate = x509.load_pem_x509_certificate(authority.read_bytes())
    store = authority.with_suffix(".p12")
    store.write_bytes(serialize_java_truststore([PKCS12Certificate(certificate, b"authority")], NoEncryption()))
    return {"JAVA_TOOL_OPTIONS": f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStoreType=PKCS12"}


def _fetch(folder: Path, what: str, into: str) -> str:
    (folder / into).mkdir()
    pom, sums = (f"{what}.pom.xml", f"{what}_jars.sha256") if what else ("pom.xml", "jars.sha256")
    Jars(what or "SDK", folder / pom, folder / sums).fetch(folder / into)
    return ":".join(str(jar) for jar in sorted((folder / into).glob("*.jar")))


def _javac(source: Path, into: Path, classpath: str) -> None:
    # Whatever runs Java programs holds the compiler too, only not under its usual name.
    options = ["-Werror", "-Xlint:all,-classfile", "-cp", classpath, "-d", str(into)]
    _compile(["-m", "jdk.compiler/com.sun.tools.javac.Main", *options], source)


def _compile(command: Sequence[str], source: Path) -> None:
    done = subprocess.run(
        [str(java()), *_SHORT_LIVED, *command, str(source)],
        capture_output=True,
        text=True,
        timeout=_COMPILE_TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise ProgramMissing(f"{source.name} could not be compiled:\n{(done.stdout + done.stderr)[-2000:]}")
