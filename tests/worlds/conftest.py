"""Fixtures for the worlds of the delegation check."""

from tests.world.dns.fixtures import dns_world

__all__ = ["dns_world"]
