"""These tests run in the loop that the service runs in."""

import asyncio

import pytest
import uvloop


@pytest.fixture
def event_loop_policy() -> asyncio.AbstractEventLoopPolicy:
    """Give every test uvloop."""
    return uvloop.EventLoopPolicy()
