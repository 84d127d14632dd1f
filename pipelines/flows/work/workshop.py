"""Who does the work of a flow's nodes, for one call: with the tools, models and agents that the server has.

Whoever puts a server together makes one for each call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from mediaserver.errors import CallError, ConfigError, EngineError
from mediaserver.fetching.protocols import Fetcher
from mediaserver.fetching.secrets import Masking
from pipelines.assistant.agent import Assistant
from pipelines.assistant.answer_turn import PATIENCE_S
from pipelines.assistant.calling import Calling
from pipelines.assistant.settings import AssistantSettings
from pipelines.assistant.tongues import any_language
from pipelines.engines.protocols import Llm
from pipelines.flows.document.tools import HttpRequest, NamedTool, PythonFunction
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.agent_transfer import AgentTransferWorker, TakeAgent, Transfers
from pipelines.flows.work.extracting import CheckSlot, ExtractWorker
from pipelines.flows.work.gave import ToolInUse
from pipelines.flows.work.http_request import HttpUse
from pipelines.flows.work.judging import JudgeWorker
from pipelines.flows.work.leaving import Leaving
from pipelines.flows.work.listen import ListenWorker
from pipelines.flows.work.named_tool import FindTool, NamedUse
from pipelines.flows.work.play import FindPrompt, PlayWorker
from pipelines.flows.work.prompt_data import known, prompt_of
from pipelines.flows.work.python_function import PythonFunctions, PythonUse
from pipelines.flows.work.record import RecordWorker
from pipelines.flows.work.send_sms import SendText, SmsWorker
from pipelines.flows.work.subagent import SubagentWorker
from pipelines.flows.work.tool import ToolWorker
from pipelines.flows.work.wait import WaitWorker
from pipelines.flows.work.who_answered import WhoAnsweredWorker
from pipelines.flows.working import (
    AgentTransferWork,
    ExtractWork,
    FlowWorker,
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
from pipelines.tools.toolbox import ToolBox

BEFORE = "earlier in this call"
"""Under this name a subagent is told what others before it did."""


@dataclass(frozen=True, slots=True)
class CallWorkshop:
    """A Workshop."""

    calling: Calling
    fetcher: Fetcher
    functions: PythonFunctions
    find_tool: FindTool
    box: Callable[[Sequence[str]], ToolBox]
    """The tools of a subagent. Raises CallError."""
    models: Callable[[Sequence[str]], Llm]
    """By names in order of preference; those of the flow's agent for none. Raises ConfigError, CallError and
    EngineError where there is none."""
    take: TakeAgent
    check: CheckSlot
    late: Callable[..., None]
    """Keeps an event (kind, data by name) of what ends after the call."""
    patience_s: float = PATIENCE_S
    """Of a subagent with its model."""
    hears: Callable[[str], bool] = any_language
    speaks: Callable[[str], bool] = any_language
    masking: Masking = field(default_factory=Masking)
    """Of the whole call: an answer may give back a secret of an earlier request."""
    text: SendText | None = None
    """Sends texts; None: nothing is sent, and it is told as if it were."""
    prompt: FindPrompt | None = None
    """Finds sound files; None: nobody would hear them."""
    transfers: Transfers = field(default_factory=Transfers)
    """Of the whole call, whichever flow of it counts."""

    def worker(self, work: Work) -> FlowWorker:
        match work:
            case ToolWork():
                return ToolWorker(work, self._use(work), self.masking, self.late)
            case SubagentWork():
                leaving = Leaving(work.node, work.scope.values, self._check_of(work))
                return SubagentWorker(work, leaving, self._assistant)
            case RecordWork():
                return RecordWorker(work)
            case ListenWork():
                return ListenWorker(work)
            case WaitWork():
                return WaitWorker(work)
            case WhoAnsweredWork():
                return WhoAnsweredWorker(work, waits=self.text is not None)
            case SmsWork():
                return SmsWorker(work, self.text)
            case PlayWork():
                return PlayWorker(work, self.prompt)
            case AgentTransferWork():
                return AgentTransferWorker(work, self.take, self.transfers)
            case ExtractWork():
                return ExtractWorker(work, self._model(), self.check)
            case JudgeWork():
                return JudgeWorker(work, self._model())

    def _use(self, work: ToolWork) -> ToolInUse:
        node, prepared, scope = work.node, work.prepared, work.scope
        match node.use:
            case HttpRequest() as use:
                assert prepared.request is not None, "it was prepared as another tool"
                request = prepared.request
                return HttpUse(use, request, scope.values, node.timeout_s, self.fetcher, self.masking)
            case PythonFunction(entry=entry):
                arguments = prepared.arguments
                return PythonUse(entry, arguments, scope.values, node.timeout_s, self.functions)
            case NamedTool(name=name):
                context = self.calling.for_tools(scope.language)
                arguments = prepared.arguments
                return NamedUse(name, arguments, scope.values, node.timeout_s, self.find_tool, context)

    def _model(self) -> Llm | None:
        try:
            return self.models(())
        except (ConfigError, CallError, EngineError):
            return None  # the flow goes on without

    def _check_of(self, work: SubagentWork) -> Callable[[str, str], Value]:
        def check(name: str, text: str) -> Value:
            spec = work.slots.get(name)
            return text if spec is None else self.check(spec, text)

        return check

    def _assistant(self, work: SubagentWork, leaving: Leaving) -> Assistant:
        node, scope = work.node, work.scope
        about = {**self.calling.about, **known(scope.values, scope.secret)}
        if work.before:
            about[BEFORE] = "; ".join(work.before)
        language = node.language or scope.language
        return Assistant(
            node.id,
            self.models(node.llm),
            replace(self.calling, language=language, about=about),
            prompt=prompt_of(work.prepared.prompt, scope.values),
            settings=AssistantSettings(greeting=work.prepared.greeting.said(scope.spoken, language)),
            box=self.box(node.tools),
            patience_s=self.patience_s,
            late=self.late,
            hears=self.hears,
            speaks=self.speaks,
            part=leaving,
        )
