"""The octets of requests that are not whole: how many lie here in all, and who has to go when there are too many."""

from typing import Protocol


class Holder(Protocol):
    """Someone with octets that nobody can use yet."""

    def give_way(self) -> None:
        """Let go of them."""


class Unfinished:
    """Whoever began first goes first: who sends at a fair pace has long been served by then."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.octets = 0
        self._by_holder: dict[Holder, int] = {}

    def weigh(self, holder: Holder, octets: int, most: int) -> None:
        """Note how many octets of a request lie here now, and make room if there are more than `most` in all."""
        if not octets:
            if holder in self._by_holder:
                self.release(holder)
            return
        self.octets += octets - self._by_holder.get(holder, 0)
        self._by_holder[holder] = octets
        while self.octets > most:
            first = next(iter(self._by_holder))
            self.release(first)
            first.give_way()

    def release(self, holder: Holder) -> None:
        """The request is whole, or given up."""
        self.octets -= self._by_holder.pop(holder, 0)
