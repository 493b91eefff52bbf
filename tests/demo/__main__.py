"""The demo: a CustomDomain from `kubectl apply` to Ready and back to nothing, on real programs and one machine."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from tests.demo import arrive, collect, leave, operate, serve, shop, start
from tests.demo.conditions import Unexpected
from tests.demo.failure import keep_logs
from tests.demo.page import Page
from tests.demo.scene import REPOSITORY, Scene

STEPS: tuple[tuple[str, Callable[[Scene], None]], ...] = (
    ("The programs", start.get_programs),
    ("A Kubernetes control plane", start.start_kubernetes),
    ("A private DNS", start.start_dns),
    ("An edge", start.start_edge),
    ("The operator", operate.start_operator),
    ("A tenant applies a CustomDomain", arrive.apply_sample),
    ("What the owner of the domain must add", arrive.show_records),
    ("The customer adds it", arrive.delegate),
    ("From there to Ready, with nobody's help", arrive.follow_to_ready),
    ("A request by the public name", serve.fetch),
    ("An event is collected", collect.send_event),
    ("The tenant asks for more Pods", serve.edit),
    ("What a page of the customer needs", shop.show_snippet),
    ("A visitor opens that page in Chromium", shop.visit_page),
    ("What arrived of it", shop.show_arrived),
    ("The tenant deletes the CustomDomain", leave.delete),
    ("The name is kept from strangers", leave.show_tombstone),
    ("The customer removes the delegation", leave.undelegate),
    ("Nothing is left", leave.show_nothing_left),
)

INTRODUCTION = (
    "A tenant of a platform wants events to be collected at cdp.acme.com, a name of its customer's. This is the whole "
    "life of that wish on one machine: a real Kubernetes control plane, real name servers, a real PowerDNS, the "
    "operator with the rights that its manifests give it, the ingestion service, and a page in a real Chromium. Nodes, "
    "the load balancer, the customer and their visitor are played."
)


def main() -> int:
    """Show every step; 0 only if all went as they must."""
    page = Page()
    page.say(INTRODUCTION)
    with ExitStack() as stack:
        scene = Scene(page, stack)
        try:
            for number, (title, step) in enumerate(STEPS, start=1):
                page.heading(number, title)
                step(scene)
        except KeyboardInterrupt:
            page.line()
            page.say("Interrupted; everything that was started is being ended.")
            return 130
        except Exception as error:  # noqa: BLE001 - whatever went wrong, a person is told where to look
            return _failed(scene, title, error)
    page.line()
    page.say(page.style(f"All {len(STEPS)} steps went as they must, in {page.elapsed:.0f} seconds.", "green"))
    for what, file in scene.kept.items():
        page.say(f"{what}: {file}")
    return 0


def _failed(scene: Scene, title: str, error: Exception) -> int:
    told = str(error) if isinstance(error, Unexpected | TimeoutError) else f"{type(error).__name__}: {error}"
    scene.page.line()
    scene.page.output(f"FAILED in step {title!r}\n{told}", "red")
    scene.page.say(f"Logs and objects are kept in {keep_logs(scene)}")
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    # Said even for SIGINT: a shell that starts a program in the background lets it ignore that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    sys.exit(main())
