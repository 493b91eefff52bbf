"""The SDKs that are driven here as their registries have them."""

import sys
from importlib.metadata import version
from pathlib import Path

from tests.nameplate_ingestion.sdks.library import SERVER_CALLS
from tests.sdks.programs import GO as GO_DRIVER
from tests.sdks.programs import NODE as NODE_DRIVER
from tests.sdks.programs import PYTHON as PYTHON_DRIVER
from tests.sdks.real_sdk import RealSdk
from tests.world.packages import ensure, find_program

NODE = RealSdk(
    name="Node.js",
    package="@segment/analytics-node",
    version="3.1.0",
    calls=SERVER_CALLS,
    command=lambda: [str(_node()), str(NODE_DRIVER.found() / "driver.mjs")],
    trust=lambda authority: {"NODE_EXTRA_CA_CERTS": str(authority)},
)
PYTHON = RealSdk(
    name="Python",
    package="segment-analytics-python",
    version=version("segment-analytics-python"),
    calls=SERVER_CALLS,
    command=lambda: [sys.executable, str(PYTHON_DRIVER.found() / "driver.py")],
    trust=lambda authority: {"REQUESTS_CA_BUNDLE": str(authority)},
)
GO = RealSdk(
    name="Go",
    package="gopkg.in/segmentio/analytics-go.v3",
    version="3.1.0",
    calls=SERVER_CALLS,
    command=lambda: [str(GO_DRIVER.found() / "driver")],
    trust=lambda authority: {"SSL_CERT_FILE": str(authority)},
)


def _node() -> Path:
    return ensure(lambda: find_program("node"), "Node.js", ["nodejs"])
