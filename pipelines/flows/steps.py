"""Where a caller stands in a flow: from node to node, what is asked there, and the end when nothing works.

Pure. What the caller does is dealt with by `executor`.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pipelines.flows.checking import yes_or_no
from pipelines.flows.model import Ask, Confirm, EndCall, Flow, Prompt, Slot, TransferCall, Value
from pipelines.flows.progress import FlowOutcome, FlowProgress, FlowStep, Handover
from pipelines.flows.wording import Wording, joined

MISSES = 4
"""So often a question is asked again of one who is not understood: in other words, shorter, and by keys."""
Stuck: TypeAlias = Literal["not understood", "timeout", "line"]
"""Why a question comes to nothing."""
EXPLICIT_MS = 6_000
"""So long a yes or no is waited for that silence does not give."""


class FlowSteps:
    """One caller's place in a (valid) flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._phrases = flow.phrases
        self._wording = Wording(flow)
        self._now = FlowProgress(flow.nodes[flow.start])
        self._outcomes: list[FlowOutcome] = []
        self._call_back = yes_or_no("call_back", flow.phrases.yes_no_keys, flow.language)

    @property
    def node(self) -> str:
        """Where the caller is."""
        return self._now.node.id

    @property
    def slots(self) -> dict[str, Any]:
        """What the caller has answered."""
        return self._now.slots

    @property
    def sure(self) -> bool:
        """All of the call was surely heard: silence may agree."""
        return not self._now.doubts

    # ---- when nothing works

    def _escape(self, why: Stuck) -> FlowStep | None:
        """Where the flow says what to do with a caller who cannot be heard. Here it does not."""
        return None

    def _give_up(self, wrong: str = "", why: Stuck = "not understood") -> FlowStep:
        """The caller cannot be heard. Whom we can hear at times, or who may be there and hear us, is offered
        a call back."""
        if (step := self._escape(why)) is not None:
            return step
        now, flow = self._now, self._flow
        now.check, now.part = None, ""
        told = now.told is not None and now.told.status == "held"
        unsettled = self._fill(flow.unconfirmed) if told or isinstance(now.node, Confirm) else ""
        if flow.callback and not now.parting and now.doubts - {"silent"}:
            now.parting = True
            return self._ask(joined(wrong, unsettled, self._fill(flow.callback)))
        return self._over(joined(wrong, unsettled, self._fill(flow.give_up)))

    def _part(self, value: Value | None) -> FlowStep:
        """The answer to the offer of a call back; None: none that can be made out."""
        if value != "yes":
            return self._over(self._fill(self._flow.give_up))
        self._outcomes.append(self._result("callback"))
        return self._over(self._fill(self._flow.called_back))

    def _over(self, text: str) -> FlowStep:
        """These are the last words, and no node of the flow's says them."""
        now = self._now
        now.node, now.check, now.part, now.parting = EndCall("given up", text), None, "", False
        return self._ended(text)

    # ---- from node to node

    def _filled(self, value: Value) -> FlowStep:
        node = self._now.node
        if isinstance(node, Confirm):
            return self._answered(node, str(value))
        assert isinstance(node, Ask)
        target = node.branches.get(str(value))
        if target is not None:
            return self._ask_anew(target)
        self._now.slots[node.slot] = value
        return self._enter(node.next)

    def _answered(self, node: Confirm, value: str) -> FlowStep:
        match value:
            case "yes" if not self._now.read and (self._now.spoken or not self.sure):
                # What was spoken is not agreed to before the caller has heard how it was understood.
                self._now.misses += 1
                return self._give_up() if self._now.misses > MISSES else self._ask(self._help())
            case "yes":
                step = self._led(node, value)
                self._now.agreed = node if step.end else None
                return step
            case "cancel":
                return self._led(node, value)
            case _:
                self._now.doubts.add("mended")
                return self._led(node, value)

    def _led(self, node: Confirm, value: str) -> FlowStep:
        """Where an answer to a read-back leads."""
        match value:
            case "yes":
                return self._enter(node.yes)
            case "no":
                return self._enter(node.no)
            case "cancel":
                return self._enter(node.cancel)
            case _:
                return self._ask_anew(node.changes[value])

    @property
    def _agreed(self) -> Slot | None:
        """Of the read-back that was agreed to, while we say goodbye."""
        agreed = self._now.agreed
        return None if agreed is None else self._flow.slots[agreed.slot]

    def _objected(self, value: Value | None) -> FlowStep:
        """Said after a yes, which was perhaps but silence: the "no" that came too late takes it back."""
        now = self._now
        if now.agreed is None or value in (None, "yes"):
            return self._ended()
        now.node, now.agreed = now.agreed, None
        now.doubts.add("mended")
        self._outcomes.append(self._result("withdrawn"))
        return self._filled(value)

    def _ask_anew(self, target: str) -> FlowStep:
        node = self._flow.nodes[target]
        if isinstance(node, Ask):
            self._now.slots.pop(node.slot, None)
        return self._enter(target)

    def _enter(self, target: str) -> FlowStep:
        """Go to a node, over those that need no answer."""
        now = self._now
        self._fresh()
        said: list[str] = []
        # A flow of prompts in a circle would never come to a question; no valid path is longer than this.
        for _ in range(2 * len(self._flow.nodes)):
            node = now.node = self._flow.nodes[target]
            match node:
                case Prompt():
                    said.append(self._fill(node.text))
                    target = node.next
                case Ask() if node.slot in now.slots:
                    target = node.next
                case Ask():
                    return self._ask(" ".join([*said, self._fill(node.text)]))
                case Confirm():
                    return self._ask(" ".join([*said, self._read_back(node)]))
                case TransferCall():
                    text = " ".join([*said, self._fill(node.text)])
                    handover = Handover(node.to, node.warm, self._fill(node.briefing))
                    return FlowStep(text, None, transfer=handover, outcomes=self._told())
                case EndCall():
                    if node.outcome:
                        self._outcomes.append(self._result(node.outcome))
                    return self._ended(" ".join([*said, self._fill(node.text)]))
        return self._give_up()

    def _fresh(self) -> None:
        """Another question: nothing of the last one counts."""
        now = self._now
        now.misses = now.silences = now.troubles = 0
        now.check, now.part, now.read = None, "", False
        now.before = now.agreed = None
        now.refused = frozenset()

    def _read_back(self, node: Confirm) -> str:
        self._outcomes.append(self._result("held"))
        question = node.text if self.sure and node.silence_agrees else node.help
        return joined(self._fill(node.facts), self._fill(question))

    # ---- inside

    def _result(self, status: str) -> FlowOutcome:
        return FlowOutcome(status, dict(self.slots))

    def _asked(self) -> Slot | None:
        """What the caller is to answer; None after the end."""
        now = self._now
        if now.parting:
            return self._call_back
        if now.check is not None:
            return now.check.question
        match now.node:
            case Ask(slot=name) | Confirm(slot=name):
                return self._flow.slots[name]
            case _:
                return None

    def _ask(self, text: str) -> FlowStep:
        now = self._now
        silence_ms = now.node.silence_ms if isinstance(now.node, Ask | Confirm) else EXPLICIT_MS
        if now.parting or now.check is not None:
            silence_ms = EXPLICIT_MS
        elif isinstance(now.node, Confirm) and not (self.sure and now.node.silence_agrees):
            silence_ms = max(silence_ms, EXPLICIT_MS)
        return FlowStep(text, self._asked(), silence_ms, outcomes=self._told(), before=now.part)

    def _ended(self, text: str = "") -> FlowStep:
        return FlowStep(text, None, end=True, outcomes=self._told())

    def _told(self) -> tuple[FlowOutcome, ...]:
        outcomes, self._outcomes = tuple(self._outcomes), []
        if outcomes:
            self._now.told = outcomes[-1]
        return outcomes

    def _help(self) -> str:
        return self._wording.help(self._now)

    def _offer(self, slot: Slot) -> str:
        """The keys, or the question in other words where it has none."""
        return slot.dtmf.offer or self._help()

    def _fill(self, text: str) -> str:
        return self._wording.fill(self._now, text)
