"""From node to node, over all that need no answer, to the next question, work or end.

What a node fails of leads to its error edge; a circle without a question is such a failure, too.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TypeAlias

from pipelines.flows.compiling.compiled import CompiledNode
from pipelines.flows.compiling.leads import Lead
from pipelines.flows.document.nodes import (
    AgentTransferNode,
    CodeNode,
    CollectNode,
    ConditionNode,
    ConfirmNode,
    EndCallNode,
    ListenNode,
    MenuNode,
    PhoneTransferNode,
    RecordNode,
    SayNode,
    SetNode,
    StartNode,
    SubagentNode,
    SubflowNode,
    WaitNode,
)
from pipelines.flows.document.phone_nodes import PlayNode, SendSmsNode, WhoAnsweredNode
from pipelines.flows.document.tools import ToolNode
from pipelines.flows.expressions.cel import ExpressionError
from pipelines.flows.model import Confirm, EndCall
from pipelines.flows.progress import FlowStep, Frame, Handover
from pipelines.flows.running.leaving import FlowLeaving, NodeFailed, ToJudge
from pipelines.flows.running.speech import StepSpeech
from pipelines.flows.running.values import as_text, given_at_start
from pipelines.flows.work.prepared import PreparedSubagent, PreparedTool
from pipelines.flows.working import (
    AgentTransferWork,
    JudgeWork,
    ListenWork,
    PlayWork,
    RecordWork,
    SmsWork,
    SubagentWork,
    ToolWork,
    WaitWork,
    WhoAnsweredWork,
    Work,
)

log = logging.getLogger(__name__)

STEPS = 100
"""And two for each node: so many may follow one another without anything from the caller."""
CIRCLE = "it goes round in a circle without asking anything"
Next: TypeAlias = Lead | ToJudge | FlowStep


class FlowWalk(FlowLeaving):
    """The walk itself."""

    _detail = ""
    """What the last failure was, for whoever reads of the way that it led."""
    _circled = False
    """An error edge has led out of a circle; it does so once."""
    _judging: ToJudge | None = None
    """What a model is asked now."""
    _begun = False
    """Work that is not undone was begun since the last utterance."""
    _texts = 0
    """Texts that were asked for."""
    _briefs: tuple[str, ...] = ()
    """What subagents did, a line each."""

    def _rested(self) -> None:
        """The caller did something: as many steps as ever may follow."""
        self._steps_left = 2 * len(self.compiled.nodes) + STEPS

    def _go(self, way: Next | NodeFailed) -> FlowStep:
        """Take this way, and all that follow from it."""
        speech = StepSpeech()
        self._begin_step()
        while not isinstance(way, FlowStep):
            try:
                match way:
                    case Lead():
                        way = self._arrive(way, speech)
                    case ToJudge():
                        way = self._judge(way, speech)
                    case NodeFailed():
                        way = self._failed(way, speech)
            except NodeFailed as failed:
                way = failed
            except ExpressionError as error:
                way = NodeFailed("expression", str(error))
        return way

    def _done(self, node: CompiledNode, outcome: str = "", judged: str | None = None) -> FlowStep:
        """A node is done: go on from it."""
        self._begin_step()
        try:
            return self._go(self._chosen(node, outcome, judged))
        except NodeFailed as failed:
            return self._go(failed)
        except ExpressionError as error:
            return self._go(NodeFailed("expression", str(error)))

    # ---- one node

    def _arrive(self, lead: Lead, speech: StepSpeech) -> Next:
        """At the node that an edge leads to. Raises NodeFailed, ExpressionError."""
        self._unwind(lead.target)
        node = self.compiled.nodes[lead.target]
        self._now.node = node.at
        self._fresh()
        detail, self._detail = self._detail, ""
        self._trail.step(node, lead, detail)
        self._steps_left -= 1
        if self._steps_left < 0:
            raise NodeFailed("flow", CIRCLE)
        self._check_time()
        match node.node:
            case StartNode() | ConditionNode():
                return self._chosen(node)
            case SayNode() as say:
                text = self._text(say.text)
                language = say.language or (self._language if say.voice else "")
                speech.add(text, interruptible=say.interruptible, language=language, voice=say.voice)
                return self._chosen(node)
            case SetNode(values=values):
                for name, value in values.items():
                    self._check_time()
                    self._assign(name, self._kept_text(value) if isinstance(value, str) else value)
                return self._chosen(node)
            case CodeNode():
                for name, expression in node.lines:
                    self._check_time()
                    self._assign(name, expression.value(self._known()))
                return self._chosen(node)
            case CollectNode() | MenuNode() | ConfirmNode():
                return self._question(node, lead, speech)
            case SubflowNode():
                return self._into(node)
            case EndCallNode() as end:
                return self._end(end, speech)
            case PhoneTransferNode() as transfer:
                return self._transfer(transfer, speech)
            case _:
                return self._work(node, speech)

    def _question(self, node: CompiledNode, lead: Lead, speech: StepSpeech) -> Next:
        now = self._now
        if isinstance(node.node, CollectNode) and node.node.variable is not None:
            variable = node.node.variable
            if lead.forget:
                self._assign(variable, None)
            elif variable in now.slots:
                return self._chosen(node, as_text(now.slots[variable]))
        at = now.node
        text = self._read_back(at) if isinstance(at, Confirm) else self._wording.question(now)
        return self._with(self._ask(speech.said(text)), speech)

    def _into(self, node: CompiledNode) -> Lead:
        """Run through another flow: with variables of its own."""
        now = self._now
        assert isinstance(node.node, SubflowNode)
        given = {}
        for name, expression in node.lines:
            self._check_time()
            given[name] = expression.value(self._known())
        said = {name: self._say_of(source) for name, source in node.node.give.items() if source in now.slots}
        frame = Frame(now.within, node.key, dict(now.slots), dict(now.said))
        now.stack = (*now.stack, frame)
        now.within = node.inner
        about = self._call.get("about")
        now.slots = given_at_start(self._present, about if isinstance(about, dict) else {})
        now.said = {}
        for name, value in given.items():
            self._assign(name, value, said.get(name))
        return Lead("start", self._present.start)

    def _end(self, end: EndCallNode, speech: StepSpeech) -> Next:
        text = self._text(end.text)
        if self._now.stack:
            speech.add(text)
            around = self.compiled.nodes[self._now.stack[-1].node].node
            assert isinstance(around, SubflowNode)
            taken = {name: (self._now.slots.get(its), self._say_of(its)) for name, its in around.take.items()}
            node = self._leave_flow()
            for name, (value, say) in taken.items():
                self._assign(name, value, say)
            return self._chosen(node, end.outcome)
        if end.outcome:
            self._outcomes.append(self._result(end.outcome))
        return self._with(self._ended(speech.said(text)), speech)

    def _transfer(self, node: PhoneTransferNode, speech: StepSpeech) -> FlowStep:
        to = self._kept_text(node.to).strip()
        if not to:
            raise NodeFailed("transfer", "there is nobody to transfer to")
        briefing = self._text(node.briefing, masked=True)
        away = node.called_by == "provider"
        handover = Handover(to, node.warm, briefing, node.accept, node.trunk, away)
        text = speech.said(self._text(node.text))
        return self._with(FlowStep(text, None, transfer=handover, outcomes=self._told()), speech)

    # ---- work

    def _work(self, node: CompiledNode, speech: StepSpeech) -> FlowStep:
        """What is waited for. Nothing that was said before it can be unsaid: see `DocumentExecutor`."""
        self._undone, self._begun = None, True
        text = ""
        work: Work
        match node.node, node.prepared:
            case ToolNode() as each, PreparedTool() as prepared:
                self._came_of_tool = None
                work = ToolWork(each, prepared, self._scope())
            case SubagentNode() as each, PreparedSubagent() as prepared:
                work = SubagentWork(each, prepared, self._scope(), node.part.specs, self._briefs)
            case RecordNode() as each, _:
                work = RecordWork(each, self._text(each.text))
            case ListenNode() as each, _:
                work = ListenWork(each, self._text(each.text))
            case WaitNode() as each, _:
                keys = {entry[0] for leads in self._wherever() for entry in leads.keys}
                work = WaitWork(each, self._text(each.text), "".join(sorted(keys)))
            case WhoAnsweredNode() as each, _:
                work = WhoAnsweredWork(each, self.answered_by, self._call.get("direction") == "outbound")
            case SendSmsNode() as each, _:
                work = SmsWork(each, self._text(each.text), self._kept_text(each.message).strip(), self._at())
            case PlayNode() as each, _:
                work = PlayWork(each, self._text(each.text))
            case AgentTransferNode() as each, _:
                text = self._text(each.text)
                work = AgentTransferWork(each, self._scope())
            case _:
                raise NodeFailed("flow", f"nobody knows what a node '{node.node.type}' does")
        step = FlowStep(speech.said(text), None, outcomes=self._told(), work=work)
        return self._with(step, speech)

    def _at(self) -> str:
        """Tells this time at this node from all others of the call."""
        self._texts += 1
        return f"{self._call_id}:{self._now.node.id}:{self._texts}"

    def _judge(self, way: ToJudge, speech: StepSpeech) -> FlowStep:
        """Which of a node's edges hold, as a model has it. The caller may have gone on before that."""
        self._judging = way
        work = JudgeWork(way.whens, (), self._scope())
        return self._with(FlowStep(speech.said(), None, outcomes=self._told(), work=work), speech)

    # ---- when a node fails

    def _failed(self, failed: NodeFailed, speech: StepSpeech) -> Next:
        """It takes its error edge; where there is none the call ends with the flow's own words."""
        place = self._now.node.id
        detail = self._masked(str(failed))
        lead = None
        if self._steps_left >= 0:
            lead = self._after(failed)
        elif not self._circled:
            self._circled, self._steps_left = True, STEPS
            self._begin_step()
            lead = self._after(failed)
        if lead is not None:
            log.info("flow %s, node %s failed (%s): %s", self.compiled.name, place, failed.error, detail)
            self._detail = f"{failed.error}: {detail}" if detail else failed.error
            return lead
        log.warning("flow %s, node %s failed (%s): %s", self.compiled.name, place, failed.error, detail)
        self._trail.failed(place, failed.error, detail)
        text = self.compiled.document.defaults.trouble
        try:
            text = self._text(text)
        except ExpressionError as error:
            log.warning("flow %s: %s", self.compiled.name, self._masked(str(error)))
        self._now.node = EndCall("failed", text)
        return self._with(self._over(speech.said(text)), speech)

    def _with(self, step: FlowStep, speech: StepSpeech) -> FlowStep:
        return replace(step, ahead=speech.ahead)
