"""Spreads what many objects would do at once evenly over a while."""

import hashlib


def share(text: str) -> float:
    """Return a number from 0 to below 1, always the same for one text."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
