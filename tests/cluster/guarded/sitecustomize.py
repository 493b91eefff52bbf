"""Guards a child process of the tests: Python imports this by itself when its folder is on PYTHONPATH."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("_egress", Path(__file__).parent.parent / "egress.py")
if _spec is not None and _spec.loader is not None:
    _egress = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_egress)
    _egress.install_in_child()
