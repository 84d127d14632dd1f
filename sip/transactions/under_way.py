"""What is under way, by the keys of its transactions, and which branches that makes known."""

from __future__ import annotations

from collections.abc import Collection
from typing import Generic, TypeVar

from sip.transactions.matching import TransactionKey

Item = TypeVar("Item")


class UnderWay(Generic[Item]):
    """Requests of one direction. The first part of each key is its branch."""

    def __init__(self) -> None:
        self._items: dict[TransactionKey, tuple[Item, str]] = {}
        self._branches: dict[str, dict[str, int]] = {}
        """How many have it with each host: a CANCEL shares the branch of its INVITE."""

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: TransactionKey) -> Item | None:
        found = self._items.get(key)
        return None if found is None else found[0]

    def all(self) -> list[Item]:
        """At this moment."""
        return [item for item, _ in self._items.values()]

    def add(self, key: TransactionKey, item: Item, host: str) -> None:
        """`host`: the other side's, as far as it is known."""
        if key in self._items:
            self._remove(key)
        hosts = self._branches.setdefault(key[0], {})
        hosts[host] = hosts.get(host, 0) + 1
        self._items[key] = item, host

    def holds(self, key: TransactionKey, item: Item) -> bool:
        """Whether it is this item that is under way with that key."""
        return self.get(key) is item

    def remove(self, key: TransactionKey, item: Item) -> bool:
        """False when it is another's key by now, or nobody's."""
        if not self.holds(key, item):
            return False
        self._remove(key)
        return True

    def hosts(self, branch: str) -> Collection[str]:
        """With whom something with this branch is under way; of none when nothing is."""
        return self._branches.get(branch, ())

    def _remove(self, key: TransactionKey) -> None:
        _, host = self._items.pop(key)
        hosts = self._branches[key[0]]
        hosts[host] -= 1
        if not hosts[host]:
            del hosts[host]
        if not hosts:
            del self._branches[key[0]]
