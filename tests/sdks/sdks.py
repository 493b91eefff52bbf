"""The SDKs that are driven here as their registries have them."""

import sys
from importlib.metadata import version
from pathlib import Path

from tests.nameplate_ingestion.sdks.library import APP_CALLS, SERVER_CALLS
from tests.sdks import jvm, programs
from tests.sdks.real_sdk import RealSdk
from tests.world.packages import ensure, find_program

NODE = RealSdk(
    name="Node.js",
    package="@segment/analytics-node",
    version="3.1.0",
    calls=SERVER_CALLS,
    command=lambda: [str(_node()), str(programs.NODE.found() / "driver.mjs")],
    trust=lambda authority: {"NODE_EXTRA_CA_CERTS": str(authority)},
)
PYTHON = RealSdk(
    name="Python",
    package="segment-analytics-python",
    version=version("segment-analytics-python"),
    calls=SERVER_CALLS,
    command=lambda: [sys.executable, str(programs.PYTHON.found() / "driver.py")],
    trust=lambda authority: {"REQUESTS_CA_BUNDLE": str(authority)},
)
GO = RealSdk(
    name="Go",
    package="gopkg.in/segmentio/analytics-go.v3",
    version="3.1.0",
    calls=SERVER_CALLS,
    command=lambda: [str(programs.GO.found() / "driver")],
    trust=lambda authority: {"SSL_CERT_FILE": str(authority)},
    unsayable=frozenset({"category"}),
    sends_on_close=True,
)
JAVA = RealSdk(
    name="Java",
    package="com.segment.analytics.java:analytics",
    version="3.5.4",
    calls=SERVER_CALLS,
    command=lambda: jvm.driver(programs.JAVA.found(), "JavaDriver"),
    trust=jvm.trust,
    unsayable=frozenset({"null"}),
)
KOTLIN = RealSdk(
    name="Kotlin",
    package="com.segment.analytics.kotlin:core",
    version="1.27.0",
    calls=APP_CALLS,
    command=lambda: [*_PLACE_OF_ITS_OWN, *jvm.driver(programs.KOTLIN.found(), "KotlinDriver", "client")],
    trust=jvm.trust,
)
REACT_NATIVE = RealSdk(
    name="React Native",
    package="@segment/analytics-react-native",
    version="2.24.1",
    calls=APP_CALLS,
    command=lambda: [str(_node()), str(programs.REACT_NATIVE.found() / "driver.mjs")],
    trust=NODE.trust,
    unsayable=frozenset({"anonymousId", "previousId", "category", "context", "integrations", "timestamp"}),
    sets=frozenset({"anonymousId", "previousId", "userId"}),
)
SDKS = (NODE, PYTHON, GO, JAVA, REACT_NATIVE)
"""Those that make the same calls and meet the same faults."""

_KEEPS_AT = "/tmp/analytics-kotlin"  # noqa: S108
# Where the library keeps its events is built in; each run gets a place of its own, of the same name.
_PLACE_OF_ITS_OWN = ("sh", "-c", f'mkdir -p {_KEEPS_AT} && mount --bind "$HOME" {_KEEPS_AT} && exec "$@"', "sh")


def _node() -> Path:
    return ensure(lambda: find_program("node"), "Node.js", ["nodejs"])
