"""Runs a flow: what the caller did goes in, what to say and how to listen comes out.

Sans-I/O: no clock, no engine, no storage. It never raises on what a caller says or presses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.flows.model import Ask, Confirm, EndCall, Flow, FlowNode, Prompt, Slot, TransferCall, Value

DIGIT_PAUSE_MS = 2_500
"""An answer on the keys is complete after this much silence."""
SILENCES = 3
"""After so many unanswered questions in a row the call is ended."""
MISSES = 15
"""A line on which nothing is ever understood is given up after so many tries at one question."""


@dataclass(frozen=True, slots=True)
class FlowOutcome:
    """The result the flow has reached: 'held', 'confirmed' or 'cancelled', with all slots."""

    status: str
    slots: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Handover:
    """To whom the caller goes, and what that one is told."""

    to: str
    warm: bool
    briefing: str


@dataclass(frozen=True, slots=True)
class FlowStep:
    """What to do after an input."""

    say: str = ""
    slot: Slot | None = None
    """What is being asked; None after the end."""
    silence_ms: int = 7_000
    end: bool = False
    transfer: Handover | None = None
    """The caller is handed over; `FlowExecutor.returned` goes on when nobody takes the call."""
    outcomes: tuple[FlowOutcome, ...] = ()


def plain(text: str) -> str:
    """Lower-case words only, for comparing what was heard with what was said."""
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


class FlowExecutor:
    """One caller's way through a (valid) flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._node: FlowNode = flow.nodes[flow.start]
        self._digits = ""
        self._full = False
        """Whether the last key made an entry as long as it can be."""
        self._misses = 0
        self._silences = 0
        self._outcomes: list[FlowOutcome] = []
        self.slots: dict[str, Value] = {}

    @property
    def node(self) -> str:
        """Where the caller is."""
        return self._node.id

    def start(self) -> FlowStep:
        return self._enter(self._flow.start)

    def utterance(self, text: str, understood: bool = True) -> FlowStep:
        """The caller said something; `understood` is the recogniser's opinion."""
        self._digits = ""
        self._full = False
        slot = self._slot()
        if slot is None:
            return self._ended()
        value = slot.parse(text.lower()) if understood else None
        return self._missed(slot) if value is None else self._filled(value)

    def digit(self, digit: str) -> FlowStep:
        """The caller pressed a key."""
        slot = self._slot()
        if slot is None:
            return self._ended()
        self._silences = 0
        if digit == "*":
            self._digits = ""
            return self._ask(f"{self._help()} {slot.dtmf.offer}")
        full, self._full = self._full, False
        if digit == "#":
            if full:
                # It ends the entry before, which its length had ended already: ask what it cut off anew.
                return self._enter(self.node)
            return self._keyed(slot) if self._digits else self._ask(slot.dtmf.offer)
        self._digits += digit
        if len(self._digits) >= slot.dtmf.most:
            self._full = slot.dtmf.most > 1
            return self._keyed(slot)
        return FlowStep("", slot, DIGIT_PAUSE_MS)

    def keyed(self, digits: str) -> FlowStep:
        """The caller keyed a whole entry."""
        slot = self._slot()
        if slot is None:
            return self._ended()
        self._silences, self._digits = 0, digits
        return self._keyed(slot) if digits else self._ask(slot.dtmf.offer)

    def trouble(self) -> FlowStep:
        """The line is bad: the keys are offered."""
        slot = self._slot()
        return self._ended() if slot is None else self._ask(slot.dtmf.offer)

    def silence(self) -> FlowStep:
        """Nothing came."""
        slot = self._slot()
        if slot is None:
            return self._ended()
        if self._digits:
            return self._keyed(slot)
        if isinstance(self._node, Confirm):
            return self._filled("yes")
        self._silences += 1
        if self._silences >= SILENCES:
            return self._give_up()
        return self._ask(self._help() if self._silences == 1 else slot.dtmf.offer)

    def returned(self) -> FlowStep:
        """The caller is back: from a transfer of ours that came to nothing, or from whoever took it over."""
        match self._node:
            case TransferCall(failed=failed):
                return self._enter(failed)
            case Ask(text=text):
                return self._ask(f"{self._flow.back} {self._fill(text)}")
            case Confirm():
                return self._ask(f"{self._flow.back} {self._help()}")
            case Prompt() | EndCall():
                return self._ended(self._flow.back)

    def summary(self) -> str:
        """What the caller has answered so far."""
        slots = self._flow.slots
        known = [f"{name}: {slots[name].say(value)}" for name, value in self.slots.items() if name in slots]
        return ", ".join(known) + "." if known else ""

    def hang_up(self, heard: str) -> tuple[FlowOutcome, ...]:
        """The caller is gone. `heard`: what was heard of our last line. Whoever has heard the whole read-back
        and not objected has agreed."""
        if isinstance(self._node, Confirm) and plain(self._node_facts(self._node)) in plain(heard):
            return (FlowOutcome("confirmed", dict(self.slots)),)
        return ()

    # ---- inside

    def _slot(self) -> Slot | None:
        match self._node:
            case Ask(slot=name) | Confirm(slot=name):
                return self._flow.slots[name]
            case _:
                return None

    def _filled(self, value: Value) -> FlowStep:
        self._misses = self._silences = 0
        node = self._node
        if isinstance(node, Confirm):
            return self._answered(node, str(value))
        assert isinstance(node, Ask)
        target = node.branches.get(str(value))
        if target is not None:
            return self._ask_anew(target)
        self.slots[node.slot] = value
        return self._enter(node.next)

    def _answered(self, node: Confirm, value: str) -> FlowStep:
        match value:
            case "yes":
                return self._enter(node.yes)
            case "no":
                return self._enter(node.no)
            case "cancel":
                return self._enter(node.cancel)
            case _:
                return self._ask_anew(node.changes[value])

    def _ask_anew(self, target: str) -> FlowStep:
        node = self._flow.nodes[target]
        if isinstance(node, Ask):
            self.slots.pop(node.slot, None)
        return self._enter(target)

    def _enter(self, target: str) -> FlowStep:
        """Go to a node, over those that need no answer."""
        self._misses = self._silences = 0
        self._digits = ""
        said: list[str] = []
        # A flow of prompts in a circle would never come to a question; no valid path is longer than this.
        for _ in range(2 * len(self._flow.nodes)):
            node = self._node = self._flow.nodes[target]
            match node:
                case Prompt():
                    said.append(self._fill(node.text))
                    target = node.next
                case Ask() if node.slot in self.slots:
                    target = node.next
                case Ask():
                    return self._ask(" ".join([*said, self._fill(node.text)]))
                case Confirm():
                    self._outcomes.append(FlowOutcome("held", dict(self.slots)))
                    return self._ask(" ".join([*said, self._node_facts(node), self._fill(node.text)]))
                case TransferCall():
                    text = " ".join([*said, self._fill(node.text)])
                    handover = Handover(node.to, node.warm, self._fill(node.briefing))
                    return FlowStep(text, None, transfer=handover, outcomes=self._told())
                case EndCall():
                    if node.outcome:
                        self._outcomes.append(FlowOutcome(node.outcome, dict(self.slots)))
                    return self._ended(" ".join([*said, self._fill(node.text)]))
        return self._give_up()

    def _keyed(self, slot: Slot) -> FlowStep:
        keyed, self._digits = self._digits, ""
        value = slot.dtmf.parse(keyed)
        if value is None:
            self._misses += 1
            return self._ask(f"Sorry, {' '.join(keyed)} is not possible here. {slot.dtmf.offer}")
        return self._filled(value)

    def _missed(self, slot: Slot) -> FlowStep:
        self._silences = 0
        self._misses += 1
        if self._misses > MISSES:
            return self._give_up()
        more = self._help() if self._misses == 1 else slot.dtmf.offer
        return self._ask(f"{self._flow.sorry} {more}")

    def _ask(self, text: str) -> FlowStep:
        node = self._node
        silence_ms = node.silence_ms if isinstance(node, Ask | Confirm) else 7_000
        return FlowStep(text, self._slot(), silence_ms, outcomes=self._told())

    def _ended(self, text: str = "") -> FlowStep:
        return FlowStep(text, None, end=True, outcomes=self._told())

    def _give_up(self) -> FlowStep:
        self._node = EndCall("given up", self._flow.give_up)
        return self._ended(self._flow.give_up)

    def _told(self) -> tuple[FlowOutcome, ...]:
        outcomes, self._outcomes = tuple(self._outcomes), []
        return outcomes

    def _help(self) -> str:
        match self._node:
            case Confirm():
                return f"{self._node_facts(self._node)} {self._fill(self._node.help)}"
            case Ask():
                return self._fill(self._node.help)
            case _:
                return ""

    def _node_facts(self, node: Confirm) -> str:
        return self._fill(node.facts)

    def _fill(self, text: str) -> str:
        said = {name: self._flow.slots[name].say(value) for name, value in self.slots.items()}
        return text.format_map(_SpokenSlots(said))


class _SpokenSlots(dict[str, str]):
    """Slots that are not known yet are left out of a text."""

    def __missing__(self, key: str) -> str:
        return ""
