"""Fixtures of the contract tests."""

from tests.nameplate_operator.conftest import served_kinds
from tests.nameplate_operator.powerdns_server import key_file, name, powerdns, zones

__all__ = ["key_file", "name", "powerdns", "served_kinds", "zones"]
