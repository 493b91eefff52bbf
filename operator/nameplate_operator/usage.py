"""How a command line that cannot be understood is answered."""

import argparse
import sys
from typing import NoReturn

from nameplate_api.text import printable

WRONG_USAGE = 64
"""EX_USAGE of sysexits."""


class Parser(argparse.ArgumentParser):
    """Says in printable words what is wrong, and exits with EX_USAGE."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the fault to standard error; raises SystemExit."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"{self.prog}: {printable(message)}\n")
