"""What the demo has running, and the few ways in which its steps look at it."""

import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.cluster.access import KubectlError
from tests.cluster.control_plane import ControlPlane
from tests.demo.conditions import ConditionTable, Json, Unexpected
from tests.demo.page import Page
from tests.world.customer import Customer
from tests.world.dns.world import DnsWorld, ServedZone
from tests.world.edge import Edge
from tests.world.operator_process import OperatorProcess
from tests.world.powerdns import PowerDNS
from tests.world.program_backends import ProgramBackends

REPOSITORY = Path(__file__).parents[2]
SAMPLES = Path("manifests/samples")
SAMPLE = SAMPLES / "customdomain-minimal.yaml"
TENANT = "acme"
API = "/apis/nameplate.dev/v1alpha1"


class Scene:
    """Filled by the first steps and used by the later ones; everything in it ends with `stack`."""

    cluster: ControlPlane
    dns: DnsWorld
    provider: ServedZone
    powerdns: PowerDNS
    edge: Edge
    services: ProgramBackends
    operator: OperatorProcess
    customer: Customer
    directory: Path
    snippet: str
    """What the operator hands out for pages."""
    visitor: str
    """The anonymous id that a browser has."""

    def __init__(self, page: Page, stack: ExitStack) -> None:
        self.page, self.stack = page, stack
        self.table = ConditionTable(page)
        self.logs: dict[str, Path] = {}
        """Log files by the name of the program."""
        self.kept: dict[str, Path] = {}
        """Files that outlive the demo, by what they are."""
        sample: dict[str, Any] = yaml.safe_load((REPOSITORY / SAMPLE).read_text())
        self.namespace = TENANT
        self.name: str = sample["metadata"]["name"]
        self.host: str = sample["spec"]["domain"]

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl in front of the reader, and return what it prints."""
        self.page.command(f"kubectl {shlex.join(arguments)}")
        try:
            printed = self.cluster.kubectl(*arguments)
        except KubectlError as error:
            raise Unexpected(f"kubectl failed:\n{error}") from error
        self.page.output(printed.strip() or "(nothing)")
        return printed

    def custom_domain(self) -> Json | None:
        """Return the CustomDomain, or None if it is gone."""
        return self.get(f"{API}/namespaces/{self.namespace}/customdomains/{self.name}")

    def claim(self) -> Json | None:
        """Return the DomainClaim, or None if it is gone."""
        return self.get(f"{API}/domainclaims/{self.host}")

    def get(self, path: str) -> Json | None:
        """Return an object of the API, or None if there is none."""
        with self.cluster.client() as client:
            answer = client.get(path)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def expect(self, true: bool, expected: str, seen: object) -> None:
        """End the demo, with what was seen, unless something is as expected."""
        if not true:
            raise Unexpected(f"expected {expected}; seen: {seen}")
