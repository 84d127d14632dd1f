"""Runs a compiled document: what the caller did, and what work came to, goes in; what to say comes out.

Sans-I/O: no clock, no engine, no storage. It never raises, whatever is said, pressed or found out.

How a question is asked, checked, asked again and amended is the dialogue's (`pipelines.flows.executor`); here
are what leads elsewhere whatever was asked, work, and what becomes of failures. An utterance that is amended
while a model looks at it is looked at anew; what a tool, a subagent or a recording has begun is not undone by
it, and neither is what led there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from pipelines.flows.checking import Check
from pipelines.flows.compiling.compiled import CompiledNode
from pipelines.flows.compiling.leads import Lead
from pipelines.flows.compiling.questions import NO_QUESTION
from pipelines.flows.document.nodes import (
    CollectNode,
    ListenNode,
    PhoneTransferNode,
    RecordNode,
    WaitNode,
)
from pipelines.flows.executor import SILENCES
from pipelines.flows.expressions.cel import ExpressionError
from pipelines.flows.model import Ask, Confirm, Intent, Slot, Value
from pipelines.flows.progress import FlowOutcome, FlowStep, SaidBefore
from pipelines.flows.running.leaving import NodeFailed
from pipelines.flows.running.values import as_text
from pipelines.flows.running.walking import FlowWalk
from pipelines.flows.slots.checked import checked_value
from pipelines.flows.steps import Stuck
from pipelines.flows.working import ExtractWork, WorkDone

log = logging.getLogger(__name__)

ESCAPES = 10
"""So often without an answer silence, a question that was not understood or a transfer that came to nothing
leads elsewhere; then the call ends."""
NO_FAILURE = frozenset({"handed back", "left"})
"""What a transfer came to that is none."""


class DocumentExecutor(FlowWalk):
    """One caller's way through a compiled flow."""

    _escapes = 0
    _extracting = False
    """A model looks for the value in what was said."""

    # ---- what the caller does

    def start(self) -> FlowStep:
        self._rested()
        return self._guarded(lambda: self._go(Lead("start", self._present.start)))

    def utterance(self, text: str, understood: bool = True, **how: Any) -> FlowStep:
        self._rested()
        said = "" if self.asks_secret else text[:1_000]
        self._last = {**self._last, "said": said, "confidence": float(how.get("confidence") or 0.0)}
        if (step := self._judged_again(bool(how.get("amends")))) is not None:
            return step
        self._extracting = False
        begun, self._begun = self._begun, False
        if begun and how.get("amends") and self._asked() is not None:
            # It belongs to an answer that has led to work: it is none to what is asked now.
            self._begun = True
            self._now.doubts.add("mended")
            return self._guarded(lambda: self._ask(self._wording.question(self._now)))
        if how.get("amends") and self._undone is not None:
            self._trail.amends = self._undone.node.id
        try:
            return self._guarded(lambda: super(FlowWalk, self).utterance(text, understood, **how))
        finally:
            self._trail.amends = ""

    def keyed(self, digits: str, ended_by: str = "terminator") -> FlowStep:
        self._rested()
        self._extracting = False
        if (step := self._judged_again()) is not None:
            return step
        asked, check = self._asked(), self._now.check
        lead = self._by_key(digits) if ended_by != "cancel" and asked is not None else None
        if check is not None and check.question.dtmf.parse(digits) is not None:
            lead = None  # "press one for yes" was said last
        if lead is not None and not self._now.parting:
            self._undone = None
            return self._guarded(lambda: self._go(lead))
        return self._guarded(lambda: super(FlowWalk, self).keyed(digits, ended_by))

    def silence(self) -> FlowStep:
        self._rested()
        self._extracting = False
        if (step := self._judged_again()) is not None:
            return step
        return self._guarded(self._silent)

    def again(self) -> FlowStep:
        self._rested()
        return self._guarded(super().again)

    def trouble(self, kind: str, *, last: bool = False, over: bool = False) -> FlowStep:
        self._rested()
        return self._guarded(lambda: super(FlowWalk, self).trouble(kind, last=last, over=over))

    def returned(self, why: str = "") -> FlowStep:
        self._rested()
        return self._guarded(lambda: self._returned(why))

    def diverted(self, *, key: str = "", text: str = "") -> FlowStep | None:
        """What the caller pressed or said while a node works leads elsewhere: the work is left. None: it does
        not."""
        here = self._here
        if here is None or isinstance(here.node, RecordNode):
            return None
        lead = self._by_key(key) if key else self._intended(text)
        if lead is None:
            return None
        self._rested()
        self._undone = None
        return self._guarded(lambda: self._go(lead))

    def hang_up(self, heard: str) -> tuple[FlowOutcome, ...]:
        """As the dialogue has it; what a yes would have led to counts where nothing but words lies between
        that and an end of the flow."""
        self.heard(heard)
        now = self._now
        node = now.node
        if not self._silence_agrees or now.parting or not isinstance(node, Confirm):
            return ()
        step = self._guarded(lambda: self._led(node, "yes"))
        return step.outcomes if step.end else ()

    def heard(self, text: str) -> None:
        try:
            super().heard(text)
        except ExpressionError:
            pass  # nobody has heard what cannot be said

    # ---- what work came to

    def attended(self, said: str = "") -> None:
        """The caller said or pressed something to whoever works."""
        self._rested()
        self._escapes = 0
        if said:
            self._last = {**self._last, "said": said[:1_000]}

    def learnt(self, values: Mapping[str, Any]) -> None:
        """Variables that were found out while work goes on."""
        self._take(values)

    def worked(self, done: WorkDone) -> FlowStep:
        """The work that the last step waited for is done."""
        return self._guarded(lambda: self._worked(done))

    def broken(self, error: str, detail: str) -> FlowStep:
        """What runs the flow has failed at the present node."""
        return self._guarded(lambda: self._go(NodeFailed(error, detail)))

    def events(self) -> tuple[Mapping[str, Any], ...]:
        """What happened since this was asked last."""
        return self._trail.take()

    def last_events(self) -> tuple[Mapping[str, Any], ...]:
        """At the end of the call."""
        return self._trail.rest()

    # ---- inside

    def _guarded(self, step: Callable[[], FlowStep]) -> FlowStep:
        """Whatever fails is the present node's failure."""
        try:
            return step()
        except NodeFailed as failed:
            return self._go(failed)
        except ExpressionError as error:
            return self._go(NodeFailed("expression", str(error)))
        except Exception as error:
            log.exception("the flow %s failed at node %s", self.compiled.name, self._now.node.id)
            try:
                return self._go(NodeFailed("flow", type(error).__name__))
            except Exception:
                log.exception("the flow %s cannot go on", self.compiled.name)
                return FlowStep(self.compiled.document.defaults.trouble, None, end=True)

    def _judged_again(self, amends: bool = False) -> FlowStep | None:
        """The caller went on while a model judged: it is asked once more, with that. None: that was the
        rest of an answer."""
        judging = self._judging
        if judging is None:
            return None
        if amends and self._undone is not None and isinstance(self._now.node, Ask | Confirm):
            self._judging = None
            return None
        return self._go(judging)

    def _silent(self) -> FlowStep:
        now = self._now
        asked = self._asked()
        if asked is not None and now.check is None and not now.parting and not self._silence_agrees:
            lead = self._by_silence(now.silences + 1)
            if lead is not None and self._may_escape():
                now.doubts.add("silent")
                self._undone = None
                return self._go(lead)
            if self._by_silence(5) is not None and now.silences + 1 >= SILENCES and lead is None:
                # An edge says how many questions are enough, and these are not.
                now.doubts.add("silent")
                now.silences += 1
                return self._ask(f"{self._phrases.unheard} {asked.dtmf.offer}")
        agrees, escapes = self._silence_agrees, self._escapes
        step = super(FlowWalk, self).silence()
        if agrees and not step.end:
            # Silence may agree on and on, where nobody is there.
            self._escapes = escapes
            if not self._may_escape():
                return self._over(self._flow.give_up)
        return step

    def _may_escape(self) -> bool:
        self._escapes += 1
        return self._escapes <= ESCAPES

    def _escape(self, why: Stuck) -> FlowStep | None:
        if self._now.parting:
            return None
        lead = self._by_error(why) or next(
            (found for part in self._around if (found := part.anywhere.error(why)) is not None), None
        )
        if lead is None or not self._may_escape():
            return None
        self._last = {**self._last, "error": why}
        self._detail = why
        return self._go(lead)

    def _returned(self, why: str) -> FlowStep:
        here = self._here
        if here is None or not isinstance(here.node, PhoneTransferNode):
            return super(FlowWalk, self).returned(why)
        self._undone = None
        if not self._may_escape():
            return self._over(self._flow.give_up)
        if any(lead.why == "outcome" and lead.says == why for lead in here.leads.done):
            return self._done(here, why)
        if why not in NO_FAILURE and here.leads.error("transfer") is not None:
            return self._go(NodeFailed("transfer", why))
        if here.leads.next is None and not here.leads.done:
            return self._go(NodeFailed("transfer", why))
        return self._done(here, why)

    def _intended(self, text: str) -> Lead | None:
        """What somebody who talks to a subagent, or is waited for, says that leads elsewhere."""
        here = self._here
        if here is None or not text:
            return None
        found = self._heeded(NO_QUESTION, here).parse(text.lower())
        return self._by_intent(str(found)) if isinstance(found, Intent) else None

    # ---- an answer

    def _said(
        self, text: str, understood: bool, doubtful: bool, alternatives: tuple[str, ...], noisy: bool
    ) -> FlowStep:
        now, slot = self._now, self._asked()
        meant = None if slot is None or now.parting else self._intent_in(slot, text)
        lead = None if meant is None else self._by_intent(str(meant))
        if slot is None or meant is None or lead is None:
            return super()._said(text, understood, doubtful, alternatives, noisy)
        if not understood or doubtful:
            # Said again, it is meant, as an answer would be: nobody's cough is both.
            before, now.before = now.before, SaidBefore(meant, believed=understood)
            if not understood or before != now.before:
                return self._missed(slot, noisy)
            now.before = None
        self._undone = None
        return self._go(lead)

    def _intent_in(self, slot: Slot, text: str) -> Intent | None:
        """Said in place of an answer, or of a yes or no to what was understood."""
        check = self._now.check
        found = (slot if check is None else check.slot).parse(text)
        return found if isinstance(found, Intent) else None

    def _filled(self, value: Value) -> FlowStep:
        self._escapes = 0
        here = self._here
        if here is None or isinstance(self._now.node, Confirm):
            return super()._filled(value)
        if isinstance(here.node, CollectNode) and here.node.variable is not None:
            slot = self._flow.slots[here.key]
            value = slot.kept(value)
            self._assign(here.node.variable, value, slot.say)
        return self._done(here, as_text(value))

    def _led(self, node: Confirm, value: str) -> FlowStep:
        return self._done(self.compiled.nodes[node.id], value)

    def _missed(self, slot: Slot, noisy: bool, unclear: bool = False) -> FlowStep:
        here = self._here
        said = str(self._last["said"])
        by_model = here is not None and isinstance(here.node, CollectNode) and "model" in here.node.by
        if not by_model or self._extracting or self._now.check is not None or not said.strip():
            self._extracting = False
            return super()._missed(slot, noisy, unclear)
        assert here is not None and isinstance(here.node, CollectNode)
        self._extracting = True
        question = self._text(here.node.text)
        work = ExtractWork(here.node.slot, slot, question, said, self._scope())
        return FlowStep("", slot, outcomes=self._told(), work=work)

    # ---- work that is done

    def _take(self, values: Mapping[str, Any]) -> None:
        """What cannot be had is left out: it is others' word."""
        for name, value in values.items():
            if name not in self._present.variables:
                continue
            try:
                self._assign(name, value)
            except ExpressionError as error:
                log.info("flow %s: %s", self.compiled.name, self._masked(str(error)))

    def _worked(self, done: WorkDone) -> FlowStep:
        here = self._here
        if here is None:
            return self._ended()
        if self._extracting:
            return self._extracted(here, done)
        judging, self._judging = self._judging, None
        if judging is not None:
            holds = int(done.outcome) if done.outcome.isdecimal() else -1
            found = judging.whens[holds] if 0 <= holds < len(judging.whens) else ""
            return self._done(judging.node, judging.outcome, found)
        self._last = {**self._last, "status": done.status, "error": done.error}
        if done.summary:
            self._briefs = (*self._briefs[-9:], done.summary[:500])
        if done.error:
            return self._failed_work(here, done)
        values = dict(done.values)
        self._came_of_tool = values.pop("result", None) if "result" not in self._present.variables else None
        self._take(values)
        if isinstance(here.node, WaitNode) and (lead := self._by_key(done.outcome)) is not None:
            return self._go(lead)
        if isinstance(here.node, WaitNode) and here.leads.next is None:
            lead = here.leads.timeout(5)
            return self._done(here) if lead is None else self._go(lead)
        return self._done(here, done.outcome)

    def _failed_work(self, here: CompiledNode, done: WorkDone) -> FlowStep:
        failed = NodeFailed(done.error, done.detail)
        if done.error != "timeout" or self._by_error("timeout") is here.leads.error("timeout") is not None:
            return self._go(failed)
        lead = self._by_silence(5)
        if lead is None and isinstance(here.node, ListenNode | RecordNode) and here.leads.next is not None:
            lead = here.leads.next
        if lead is None:
            return self._go(failed)
        if isinstance(here.node, ListenNode) and not self._may_escape():
            return self._give_up()
        return self._go(lead)

    def _extracted(self, here: CompiledNode, done: WorkDone) -> FlowStep:
        """A model found the value, or did not. What it found is asked about: nobody has heard it."""
        slot = self._asked()
        if slot is None or not isinstance(here.node, CollectNode):
            return self._ended()
        value = None
        if not done.error and done.values.get("") is not None:
            value = checked_value(here.node.slot, done.values[""], self._day.today, language=slot.language)
        if value is None:
            step = self._missed(slot, False)
        elif slot.harmless:
            step = self._filled(value)
        else:
            step = self._check(Check.of(slot, value, self._phrases))
        self._extracting = False
        return step
