"""The step that installs the operator and runs it as its Deployment says."""

import yaml

from tests.demo.scene import Scene
from tests.demo.settings import operator_settings
from tests.world.operator_process import OperatorProcess


def start_operator(scene: Scene) -> None:
    """Apply the manifests with the settings of the demo, and start the program that they describe."""
    settings = operator_settings(scene)
    scene.page.say("manifests/base is applied, with these settings:")
    scene.page.line()
    scene.page.output(yaml.safe_dump(settings, sort_keys=False), "dim")
    operator = OperatorProcess(scene.cluster, settings, api_key=scene.powerdns.api_key)
    scene.operator = scene.stack.enter_context(operator)
    scene.logs["operator"] = operator.log
    operator.wait_ready()
    scene.page.facts(
        [
            ("operator", f"process {operator.pid}, with the command, mounts, environment and rights of its Deployment"),
            ("log", str(operator.log)),
        ]
    )
