"""A realtime conversation's items in order: what a client edits, and what a language model is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.realtime.items import Item, arguments_of
from api.realtime.refusals import EventRefused
from pipelines.engines.protocols import LlmMessage, LlmToolCall

MOST_ITEMS = 500
MOST_CHARACTERS = 1 << 20
ROOT = "root"
"""In the place of an item's id: before the first."""
NO_OUTPUT = "No result was given."
"""What a model is told of a call that the client has not answered."""


class RealtimeConversation:
    """Bounded: a client that writes too much is refused, and for what is said the oldest items go."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._size = 0

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, id: str) -> bool:
        return any(item.id == id for item in self._items)

    @property
    def items(self) -> Sequence[Item]:
        return self._items

    @property
    def last(self) -> str | None:
        """Its id."""
        return self._items[-1].id if self._items else None

    def find(self, id: str, param: str = "item_id") -> Item:
        """Raises EventRefused."""
        for item in self._items:
            if item.id == id:
                return item
        raise EventRefused("item_not_found", f"There is no item '{id[:80]}' in the conversation.", param)

    def create(self, item: Item, after: str | None) -> str | None:
        """A client's item, behind `after` (None: the last; `root`: before the first). The id of the one
        before it. Raises EventRefused."""
        if item.id == ROOT:
            raise EventRefused("invalid_value", f"'{ROOT}' is no item's id.", "item.id")
        if item.id in self:
            raise EventRefused("item_exists", f"There is an item '{item.id}' already.", "item.id")
        if item.type == "function_call_output" and not self._has_call(item.call_id):
            raise EventRefused(
                "call_not_found", f"No function call has the call_id '{item.call_id}'.", "item.call_id"
            )
        if item.type == "function_call" and self._has_call(item.call_id):
            raise EventRefused("call_exists", f"There is a call '{item.call_id}' already.", "item.call_id")
        if len(self._items) >= MOST_ITEMS or self._size + item.size > MOST_CHARACTERS:
            raise EventRefused(
                "conversation_full",
                f"At most {MOST_ITEMS} items and {MOST_CHARACTERS} characters are kept: delete some.",
                "item",
            )
        return self._insert(item, after)

    def say(self, item: Item) -> list[str]:
        """An item of what was just said or asked for, at the end. The ids of those that had to go for it."""
        gone = []
        while len(self._items) >= MOST_ITEMS or (self._items and self._size + item.size > MOST_CHARACTERS):
            gone.append(self._items[0].id)
            self.delete(self._items[0].id)
        self._insert(item, None)
        return gone

    def delete(self, id: str) -> Item:
        """Raises EventRefused."""
        item = self.find(id)
        self._items.remove(item)
        self.measure()
        return item

    def before(self, item: Item) -> str | None:
        """The id of the one before it; None: it is the first, or not in here."""
        for before, each in zip(self._items, self._items[1:], strict=False):
            if each is item:
                return before.id
        return None

    def measure(self) -> None:
        """Items have grown or shrunk."""
        self._size = sum(item.size for item in self._items)

    def history(self, instructions: str) -> tuple[LlmMessage, ...]:
        """For a model."""
        return history_of(self._items, instructions)

    def _has_call(self, call_id: str) -> bool:
        return any(item.type == "function_call" and item.call_id == call_id for item in self._items)

    def _insert(self, item: Item, after: str | None) -> str | None:
        if after is None:
            at = len(self._items)
        elif after == ROOT:
            at = 0
        else:
            at = self._items.index(self.find(after, "previous_item_id")) + 1
        self._items.insert(at, item)
        self._size += item.size
        return self._items[at - 1].id if at else None


def history_of(items: Iterable[Item], instructions: str) -> tuple[LlmMessage, ...]:
    """Items as messages. Calls of functions that follow one another are one message of the assistant's, with
    what was said right before; behind it stand their outputs, wherever they were written: models' servers
    refuse a history where they do not."""
    items = list(items)
    outputs = {item.call_id: item.output for item in items if item.type == "function_call_output"}
    messages = [LlmMessage("system", instructions)] if instructions.strip() else []
    calls: list[LlmToolCall] = []
    words = ""

    def flush() -> None:
        nonlocal words
        if words or calls:
            messages.append(LlmMessage("assistant", words, tool_calls=tuple(calls)))
        for call in calls:
            messages.append(LlmMessage("tool", outputs.get(call.id, NO_OUTPUT), tool_call_id=call.id))
        words = ""
        calls.clear()

    for item in items:
        match item.type:
            case "function_call":
                calls.append(LlmToolCall(item.call_id, item.name, arguments_of(item.arguments or "{}")))
            case "message" if item.text:
                flush()
                if item.role == "assistant":
                    words = item.text
                elif item.role:
                    messages.append(LlmMessage(item.role, item.text))
            case _:
                """An output stands behind its call; what was not understood is not told."""
    flush()
    return tuple(messages)
