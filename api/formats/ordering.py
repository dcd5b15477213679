"""Batches of records, each of which needs only what is in it or in an earlier one."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator

Needs = Callable[[int], Iterable[int]]


class TooLongCircleError(ValueError):
    """Records that need each other and are more than a batch holds: their numbers."""

    def __init__(self, circle: list[int]) -> None:
        super().__init__(f"{len(circle)} records need each other")
        self.circle = circle


def in_batches(count: int, needs: Needs, most: int) -> list[array[int]]:
    """The numbers 0 to `count` in batches of at most `most`, as near to their own order as their needs allow.

    Raises TooLongCircleError where some need each other in a circle that is longer than a batch.
    """
    batches = [array("I")]
    for circle in circles(count, needs):
        if len(circle) > most:
            raise TooLongCircleError(circle)
        if len(batches[-1]) + len(circle) > most:
            batches.append(array("I"))
        batches[-1].extend(circle)
    return [batch for batch in batches if batch]


def circles(count: int, needs: Needs) -> Iterator[list[int]]:
    """The numbers 0 to `count` in lists: those that need each other together, after what they need.

    The strongly connected components of a graph (R. Tarjan, 1972), without recursion: a chain of needs may
    be as long as the files.
    """
    search = _Search(count, needs)
    for number in range(count):
        if search.order[number] < 0:
            yield from search.circles_from(number)


class _Search:
    def __init__(self, count: int, needs: Needs) -> None:
        self._needs = needs
        #: When each number was found (-1: not yet), and the earliest that it leads back to.
        self.order = array("l", [-1]) * count
        self._back = array("l", [-1]) * count
        self._found = 0
        #: What was found and is in no list yet.
        self._open: list[int] = []
        self._is_open = bytearray(count)
        #: The way from the first number to the one that is looked at, with what each still needs.
        self._way: list[tuple[int, Iterator[int]]] = []

    def circles_from(self, first: int) -> Iterator[list[int]]:
        self._find(first)
        while self._way:
            number, rest = self._way[-1]
            if not self._goes_on(number, rest):
                self._way.pop()
                if self._way:
                    self._leads_back(self._way[-1][0], self._back[number])
                if self._back[number] == self.order[number]:
                    yield self._closed(number)

    def _find(self, number: int) -> None:
        self.order[number] = self._back[number] = self._found
        self._found += 1
        self._open.append(number)
        self._is_open[number] = True
        self._way.append((number, iter(self._needs(number))))

    def _goes_on(self, number: int, rest: Iterator[int]) -> bool:
        for other in rest:
            if self.order[other] < 0:
                self._find(other)
                return True
            if self._is_open[other]:
                self._leads_back(number, self.order[other])
        return False

    def _leads_back(self, number: int, place: int) -> None:
        self._back[number] = min(self._back[number], place)

    def _closed(self, number: int) -> list[int]:
        """Those that were found since one, and are in no list: its circle."""
        circle: list[int] = []
        while number not in circle[-1:]:
            circle.append(self._open.pop())
            self._is_open[circle[-1]] = False
        return circle[::-1]
