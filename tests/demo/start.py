"""The first steps: everything that a platform and its customer's provider have running already."""

import os
import time

from tests.cluster.control_plane import ControlPlane
from tests.cluster.programs import ETCD, KUBERNETES, KWOK, are_built, programs
from tests.demo.conditions import Unexpected
from tests.demo.scene import REPOSITORY, Scene
from tests.world.chromium import ensure_chromium
from tests.world.customer import Customer
from tests.world.dns.world import PLATFORM, DnsWorld
from tests.world.edge import Edge
from tests.world.library import ensure_library
from tests.world.powerdns import PowerDNS, ensure_powerdns
from tests.world.program_backends import ProgramBackends


def get_programs(scene: Scene) -> None:
    """Install PowerDNS and Chromium, build Analytics.js and a control plane, where that was not done before."""
    if os.geteuid():
        raise Unexpected("the demo gives the operator the mounts of its Pod, which only root can: run it as root")
    program, _ = ensure_powerdns()
    browser, library = ensure_chromium(), ensure_library()
    if not are_built():
        scene.page.say(
            "The programs of Kubernetes are built from their Go modules, once: 8 to 9 minutes on two cores, "
            "and as long again to fetch the modules where the network is slow."
        )
    built = programs()
    scene.page.facts(
        [
            ("Kubernetes", f"{KUBERNETES}, etcd {ETCD}, nodes and Pods played by kwok {KWOK}: {built.directory}"),
            ("PowerDNS", str(program)),
            ("Chromium", str(browser)),
            ("Analytics.js", f"built from its npm package for whatever domain serves it: {library}"),
        ]
    )


def start_kubernetes(scene: Scene) -> None:
    """Start a control plane of real programs."""
    started = time.monotonic()
    definitions = sorted((REPOSITORY / "crds").glob("*.yaml"))
    scene.cluster = scene.stack.enter_context(ControlPlane(definitions=definitions))
    scene.directory = scene.cluster.directory
    scene.logs |= {each.stem: each for each in scene.directory.glob("*.log") if each.name != "audit.log"}
    scene.page.facts(
        [
            ("API server", f"{scene.cluster.url}, ready after {time.monotonic() - started:.1f} s"),
            ("look for yourself", f"export KUBECONFIG={scene.cluster.admin_kubeconfig}"),
        ]
    )
    scene.kubectl("get", "nodes")
    scene.page.say("The CustomResourceDefinitions of crds/ are applied already.")
    scene.page.line()
    scene.kubectl("api-resources", "--api-group=nameplate.dev")


def start_dns(scene: Scene) -> None:
    """Start a private DNS: root, top-level domain, the customer's zone at their provider, the platform's PowerDNS."""
    scene.dns = scene.stack.enter_context(DnsWorld())
    registered = scene.host.partition(".")[2]
    scene.provider = scene.dns.zone(registered, servers=2)
    scene.customer = Customer(scene.cluster, scene.namespace, scene.name, at=scene.provider)
    powerdns = PowerDNS(scene.directory / "powerdns", scene.dns.platform_addresses, scene.dns.port)
    scene.powerdns = scene.stack.enter_context(powerdns)
    scene.logs["powerdns"] = powerdns.log
    tld = registered.rpartition(".")[2]
    rows = [("root", scene.dns.root), (tld, scene.dns[tld]), (f"{registered} (the customer's)", scene.provider)]
    served = [(name, ", ".join(f"{s.name} {s.address}" for s in zone.servers)) for name, zone in rows]
    addresses = " and ".join(scene.dns.platform_addresses)
    scene.page.facts([*served, (f"*.ns1, *.ns2.{PLATFORM}", f"PowerDNS at {addresses}, no zone of a customer yet")])
    scene.page.say(f"Every server listens on port {scene.dns.port}; nothing leaves this machine.")


def start_edge(scene: Scene) -> None:
    """Start the stand-in for an ingress controller and its load balancer."""
    scene.services = ProgramBackends()
    scene.edge = scene.stack.enter_context(Edge(scene.cluster, launcher=scene.services))
    scene.page.facts(
        [
            ("stands in for", "an ingress controller, its load balancer, and the kubelets"),
            ("runs", "the ingestion service for each ready Pod, on what that Pod mounts"),
            ("Ingress class", scene.edge.ingress_class),
            ("address", f"{scene.edge.address}, HTTPS at port {scene.edge.port} instead of 443"),
        ]
    )
