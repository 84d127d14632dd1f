"""The questions of a flow as the dialogue asks them, and their slots, made once a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from pipelines.flows.document.nodes import CollectNode, ConfirmNode, MenuNode
from pipelines.flows.model import Ask, Confirm, Dtmf, Slot
from pipelines.flows.slots.making import confirm_slot, menu_slot, slot_of


def _nothing(text: str) -> None:
    return None


NO_QUESTION = Slot("nothing", None, _nothing, Dtmf(1, _nothing, ""))
"""To which there is no answer but what leads elsewhere."""
QuestionNode = CollectNode | ConfirmNode | MenuNode


def question_of(key: str, node: QuestionNode) -> Ask | Confirm:
    """As the dialogue knows it. Where its answers lead is the business of the node's edges."""
    match node:
        case CollectNode():
            return Ask(
                key,
                key,
                node.text,
                node.help or node.text,
                "",
                silence_ms=node.silence_ms,
                example=node.example,
            )
        case MenuNode():
            return Ask(key, key, node.text, node.help or node.text, "", silence_ms=node.silence_ms)
        case ConfirmNode():
            return Confirm(
                key,
                key,
                node.facts,
                node.text,
                node.help,
                yes="",
                no="",
                cancel="",
                changes={},
                silence_ms=node.silence_ms,
                silence_agrees=node.silence == "agree",
            )


class FlowQuestions:
    """Of one version. What is kept is bounded by its nodes, for one day."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[date], Slot]] = {}
        self._day: DaySlots | None = None

    def add(self, key: str, name: str, node: QuestionNode, language: str) -> None:
        """`name`: of its grammar."""
        match node:
            case CollectNode(slot=spec, by=by):
                self._makers[key] = lambda today: slot_of(spec, name, today, by=by, language=language)
            case MenuNode():
                self._makers[key] = lambda today: menu_slot(node, name, language=language)
            case ConfirmNode():
                self._makers[key] = lambda today: confirm_slot(node, name, language=language)

    def of(self, today: date) -> DaySlots:
        """As of this day (server's local date); shared by all calls that began on it."""
        if self._day is None or self._day.today != today:
            self._day = DaySlots(self._makers, today)
        return self._day


class DaySlots(Mapping[str, Slot]):
    """By question; each is made when it is asked for first."""

    def __init__(self, makers: Mapping[str, Callable[[date], Slot]], today: date) -> None:
        self.today = today
        self._makers = makers
        self._made: dict[str, Slot] = {}
        self.heeding: dict[tuple[str, ...], Slot] = {}
        """Slots with what leads elsewhere from there, by the node and the flows around it."""

    def __getitem__(self, key: str) -> Slot:
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._makers[key](self.today)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
