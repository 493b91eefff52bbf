"""What one request may bring unless settings say otherwise; free of pydantic, which no worker of the service loads.

The numbers are those of Segment's HTTP Tracking API, "Max request size".
"""

EVENT_SIZE = 32 * 1024
"""Octets of one event."""
BODY_SIZE = 512_000
"""Octets of a body, decompressed."""
BATCH_EVENTS = 2500
