"""Where a caller stands in a compiled flow: the node, what is known, and how it is said.

Sans-I/O, as all of the executor; the time is asked of a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from weakref import ref

from mediaserver.in_words import value_in_words
from mediaserver.media.answered_by import AnsweredBy
from pipelines.flows.compiling.compiled import CompiledFlow, CompiledNode, FlowPart
from pipelines.flows.document.nodes import CollectNode
from pipelines.flows.executor import FlowExecutor
from pipelines.flows.expressions.liquid import SaidTemplate
from pipelines.flows.expressions.values import Value, shortened
from pipelines.flows.model import Slot
from pipelines.flows.progress import FlowOutcome, FlowProgress
from pipelines.flows.running.trail import Trail
from pipelines.flows.running.values import MASK, FlowNames, fitted, given_at_start, moment, texts_in
from pipelines.flows.slots.intents import with_intents
from pipelines.flows.wording import Wording
from pipelines.flows.working import WorkScope
from pipelines.spoken.marked import is_ssml


class FlowStanding(FlowExecutor):
    """One caller's. The dialogue's executor knows the questions; this knows the graph."""

    def __init__(self, compiled: CompiledFlow, call_id: UUID, now: Callable[[], datetime]) -> None:
        """`now`: the server's local time."""
        self._day = compiled.questions.of(now().date())
        super().__init__(replace(compiled.dialogue, slots=self._day))
        self._wording = _TemplateWording(self._flow, self)
        self.compiled = compiled
        self._call_id = call_id
        self._clock = now
        self._call: dict[str, Value] = {"id": str(call_id), "answered_by": ""}
        self.answered_by: AnsweredBy | None = None
        """Who has picked up, as far as it was found out."""
        self._last: dict[str, Value] = {"said": "", "confidence": 0.0, "error": "", "status": 0}
        self._came_of_tool: Value = None
        """`result`, of the last tool."""
        self._trail = Trail(compiled.name)

    def begin(
        self,
        *,
        caller: str = "",
        called: str = "",
        direction: str = "inbound",
        language: str = "",
        about: Mapping[str, Any] | None = None,
    ) -> None:
        """What is known of the call: who called whom, and what whoever placed it gave along."""
        given = {key: shortened(value) for key, value in list((about or {}).items())[:100]}
        self._call |= {
            "from": caller,
            "to": called,
            "direction": direction,
            "language": language or self.compiled.document.defaults.language,
            "about": given,
        }
        self._now.slots = given_at_start(self._present, given)

    def picked_up(self, by: AnsweredBy) -> None:
        """It was found out who has picked up."""
        self.answered_by = by
        self._call = {**self._call, "answered_by": str(by)}

    # ---- where we are

    @property
    def _present(self) -> FlowPart:
        """The flow that the caller is in."""
        return self.compiled.parts[self._now.within]

    @property
    def _here(self) -> CompiledNode | None:
        """None before the first node, and after the last words."""
        return self.compiled.nodes.get(self._now.node.id)

    @property
    def _around(self) -> tuple[FlowPart, ...]:
        """The flow that the caller is in, and those around it, the innermost first."""
        parts = self.compiled.parts
        return (self._present, *(parts[frame.within] for frame in reversed(self._now.stack)))

    @property
    def _language(self) -> str:
        """Of the call (BCP 47)."""
        return str(self._call.get("language") or self.compiled.document.defaults.language)

    @property
    def asks_secret(self) -> bool:
        """What is asked now, and answered, is for nobody else."""
        here = self._here
        if here is None or not isinstance(here.node, CollectNode):
            return False
        return here.node.variable in here.part.secret

    # ---- what is known

    @property
    def _given(self) -> dict[str, Callable[[], Value]]:
        """Names that are always there. Made when they are wanted: kept, they and this would keep each other,
        and nothing of a call is to wait for the garbage collector."""
        return {
            "call": lambda: self._call,
            "now": lambda: moment(self._clock()),
            "last": lambda: self._last,
            "result": lambda: self._came_of_tool,
        }

    def _known(self, *, spoken: bool = False, masked: bool = False) -> FlowNames:
        say = self._said_as if spoken else None
        return FlowNames(self._present, self._now.slots, self._given, say, masked=masked)

    def _assign(self, name: str, value: Any, say: Callable[[Any], str] | None = None) -> None:
        """Raises ExpressionError for a value that the variable cannot have."""
        variable = self._present.variables[name]
        kept = fitted(variable, value)
        now = self._now
        if kept is None:
            now.slots.pop(name, None)
            now.said.pop(name, None)
        else:
            now.slots[name] = kept
            if say is not None:
                now.said[name] = say
        self._trail.change(self._present.key + name, kept, secret=variable.secret)

    def _say_of(self, name: str) -> Callable[[Any], str] | None:
        """How a variable is said: by the question that it was learnt by, else the first that learns it."""
        say = self._now.said.get(name)
        if say is not None:
            return say
        asked = self._present.asked.get(name)
        return None if asked is None else self._flow.slots[asked].say

    def _said_as(self, name: str, value: Any) -> str | None:
        say = self._say_of(name)
        if say is None:
            return None
        try:
            return str(say(value))
        except (ValueError, TypeError, LookupError, ArithmeticError):
            return None  # what an expression or a tool made of it is none of the slot's values

    def _text(self, source: str, *, masked: bool = False) -> str:
        """A text of the flow as it is said. Raises ExpressionError."""
        template = self.compiled.texts.get(source)
        if template is None:
            template = SaidTemplate(source)
        known = self._known(spoken=True, masked=masked)
        if is_ssml(source):
            return template.said(known, self._language)
        text = " ".join(template.text(known).split())
        return text.replace(".m..", ".m.")  # "at {{ time }}.", where that is "2:30 p.m."

    def _kept_text(self, source: str) -> str:
        """A text that is kept or dialled, with values as they are kept. Raises ExpressionError."""
        template = self.compiled.texts.get(source)
        return (template or SaidTemplate(source)).text(self._known())

    def _masked(self, text: str) -> str:
        """Without secret values, for people."""
        for part, slots in ((self._present, self._now.slots), *self._waiting):
            for name in part.secret & slots.keys():
                for secret in texts_in(slots[name]):
                    text = text.replace(secret, MASK)
        return text

    @property
    def _waiting(self) -> Iterator[tuple[FlowPart, Mapping[str, Any]]]:
        """The flows around the present one, and what is known in them."""
        return ((self.compiled.parts[frame.within], frame.slots) for frame in self._now.stack)

    def _scope(self) -> WorkScope:
        """For whoever does a node's work: as it is now."""
        slots = dict(self._now.slots)
        given = {name: partial(_same, find()) for name, find in self._given.items()}
        known = FlowNames(self._present, slots, given)
        spoken = FlowNames(self._present, slots, given, self._said_as)
        defaults = self.compiled.document.defaults
        return WorkScope(
            self._call_id,
            self._language or "en",
            defaults.voice,
            known,
            spoken,
            self._present.secret,
        )

    # ---- what the caller may always say and press

    def _asked(self) -> Slot | None:
        """With what leads elsewhere whatever is asked."""
        slot = super()._asked()
        here = self._here
        if slot is None or here is None or self._now.parting or self._now.check is not None:
            return slot
        key = (here.key, *(part.key for part in self._around))
        found = self._day.heeding.get(key)
        if found is None:
            found = self._day.heeding[key] = self._heeded(slot, here)
        return found

    def _heeded(self, slot: Slot, here: CompiledNode) -> Slot:
        leads = (here.leads, *(part.anywhere for part in self._around))
        phrases: dict[str, tuple[str, ...]] = {}
        for each in reversed(leads):
            phrases |= each.phrases
        keys = max((len(entry) for each in leads for entry in each.keys), default=0)
        if phrases:
            slot = with_intents(slot, phrases)
        if keys > slot.dtmf.most:
            slot = replace(slot, dtmf=replace(slot.dtmf, most=keys))
        return slot

    # ---- what it came to

    def _result(self, status: str) -> FlowOutcome:
        """With what is kept of it: variables of the flow itself, whichever the caller is in."""
        values = self._now.stack[0].slots if self._now.stack else self._now.slots
        kept = {name: values[key] for name, key in self.compiled.keep.items() if key in values}
        return FlowOutcome(status, kept)

    def summary(self) -> str:
        """What is known, without secrets."""
        lines = []
        for name, value in self._now.slots.items():
            variable = self._present.variables.get(name)
            if variable is None or variable.secret:
                continue
            said = self._said_as(name, value)
            lines.append(f"{name}: {said if said is not None else value_in_words(value)}"[:200])
        return ", ".join(lines[:50]) + "." if lines else ""


def _same(value: Value) -> Value:
    return value


class _TemplateWording(Wording):
    """Texts are templates."""

    def __init__(self, flow: Any, standing: FlowStanding) -> None:
        """`standing`: has this, and so is held weakly."""
        super().__init__(flow)
        self._standing = ref(standing)

    def fill(self, now: FlowProgress, text: str) -> str:
        standing = self._standing()
        return standing._text(text) if standing is not None else text

    def help(self, now: FlowProgress) -> str:
        standing = self._standing()
        if now.part and now.check is None and standing is not None and standing.asks_secret:
            return self._flow.phrases.go_on.format(value="").strip(" .,;")
        return super().help(now)
