"""What is under way, by the keys of its transactions, and which branches that makes known."""

from __future__ import annotations

from typing import Generic, TypeVar

from sip.transactions.matching import TransactionKey

Item = TypeVar("Item")


class UnderWay(Generic[Item]):
    """Requests of one direction. The first part of each key is its branch."""

    def __init__(self) -> None:
        self._items: dict[TransactionKey, Item] = {}
        self._branches: dict[str, int] = {}
        """How many have it: a CANCEL shares the branch of its INVITE."""

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: TransactionKey) -> Item | None:
        return self._items.get(key)

    def add(self, key: TransactionKey, item: Item) -> None:
        if key not in self._items:
            self._branches[key[0]] = self._branches.get(key[0], 0) + 1
        self._items[key] = item

    def holds(self, key: TransactionKey, item: Item) -> bool:
        """Whether it is this item that is under way with that key."""
        return self._items.get(key) is item

    def remove(self, key: TransactionKey, item: Item) -> bool:
        """False when it is another's key by now, or nobody's."""
        if not self.holds(key, item):
            return False
        del self._items[key]
        left = self._branches[key[0]] - 1
        if left:
            self._branches[key[0]] = left
        else:
            del self._branches[key[0]]
        return True

    def knows(self, branch: str) -> bool:
        """Whether something with this branch is under way."""
        return branch in self._branches
