"""How much all forwarders of one worker may have in memory together, so that many dead sinks never take all of it."""

MOST_OCTETS = 32 * 1024**2
LEAST_OCTETS = 64 * 1024
"""For each, however little is left: nobody waits for what others have."""
_PART = 4


class Budget:
    """Octets of records and events that are under way, with what they weigh besides."""

    def __init__(self, most: int = MOST_OCTETS) -> None:
        """Begin with nothing taken."""
        self._most = most
        self.taken = 0

    @property
    def share(self) -> int:
        """Return how many one forwarder may have now: a part of what is left, so that later ones find some too."""
        return max(LEAST_OCTETS, (self._most - self.taken) // _PART)
