"""Fixtures for the tests of the stand-in world."""

from tests.world.dns.fixtures import dns_world

__all__ = ["dns_world"]
