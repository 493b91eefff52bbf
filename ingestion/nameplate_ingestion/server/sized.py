"""A body whose length was told beforehand."""


class SizedBody:
    """Takes the octets after a head until the body is whole."""

    def __init__(self, length: int) -> None:
        """Expect this many octets."""
        self._length = length
        self._data = bytearray()

    @property
    def held(self) -> int:
        """Octets that lie here."""
        return len(self._data)

    def feed(self, octets: bytes) -> tuple[bytes, int] | None:
        """Return the body and how many of these octets belonged to it, or None if more are needed."""
        missing = self._length - len(self._data)
        self._data += octets[:missing]
        return (bytes(self._data), missing) if len(octets) >= missing else None
