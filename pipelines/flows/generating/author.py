"""Flows from plain words: a language model draws, the checks look, and what they find goes back to the model.

Whatever a model answers, nothing comes of it but a document that has no errors, in bounded time and tokens.
The words of whoever asks are data to the model, and what it answers is data to us.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediaserver.errors import ConfigError, EngineError
from pipelines.engines.llm.spent import TokensSpent
from pipelines.engines.llm.whole_answer import whole_answer
from pipelines.engines.protocols import AnswerSchema, Llm, LlmMessage
from pipelines.flows.checks.checking import CheckedFlow, checked_flow
from pipelines.flows.checks.findings import FlowFinding, error
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.differing import FlowDifference, differences
from pipelines.flows.document.document import Document
from pipelines.flows.document.json_schema import document_schema
from pipelines.flows.document.reading import written
from pipelines.flows.generating.found_json import AnswerFault, found_object
from pipelines.flows.generating.instructions import REPAIRING, changing, drawing
from pipelines.flows.generating.invented import invented
from pipelines.flows.generating.operations import change_schema, changed

MOST_WORDS = 8_000
"""Characters of what somebody asks for."""
MOST_REPAIRS = 3
MOST_TOKENS = 12_000
"""Of one answer."""
MOST_CHARACTERS = 120_000
"""Of one answer; a model that goes on is cut off."""
MOST_TOLD = 30
"""Findings that a model is told at once."""
WITHIN_S = 300.0
"""For all answers."""


class GenerationError(EngineError):
    """No flow came of it; `findings` is what is wrong with the last one."""

    def __init__(self, message: str, findings: Sequence[FlowFinding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class AuthorAnswer:
    """One answer of the model, as it was looked at."""

    number: int
    fault: str
    """Why it is no flow at all; empty: it is one."""
    findings: tuple[FlowFinding, ...]
    """What is wrong with that; with errors the model is asked to mend them."""


@dataclass(frozen=True, slots=True)
class GeneratedFlow:
    """A document without errors, and how it came about."""

    document: Document
    findings: tuple[FlowFinding, ...]
    """Warnings."""
    changes: tuple[FlowDifference, ...]
    """Against the flow that was to be changed; none of a new one."""
    answers: int
    """That it took."""
    spent: TokensSpent


class FlowAuthor:
    """One language model that draws flows."""

    def __init__(
        self,
        llm: Llm,
        known: KnownNames | None = None,
        within_s: float = WITHIN_S,
        on_answer: Callable[[AuthorAnswer], None] | None = None,
    ) -> None:
        """`known`: what the server has. What is neither among it nor named to the model it may not name.
        `on_answer`: told of each answer."""
        self.spent = TokensSpent()
        """On all answers so far, whatever came of them."""
        self._on_answer = on_answer
        self._llm = llm
        self._known = known or KnownNames()
        self._within_s = within_s

    async def draw(self, words: str, name: str = "") -> GeneratedFlow:
        """A new flow. Raises ConfigError for words that cannot be used, GenerationError, and EngineError when
        the model fails."""
        asked = {"wanted": _words(words), **({"name": name} if name else {})}
        schema = AnswerSchema("flow", document_schema())
        return await self._timed(_Job(drawing(), asked, schema, words, name, None))

    async def change(self, before: Document, words: str) -> GeneratedFlow:
        """The flow with what is asked for; its name stays. Raises as `draw` does."""
        asked = {"wanted": _words(words), "flow": written(before)}
        schema = AnswerSchema("change", change_schema())
        return await self._timed(_Job(changing(), asked, schema, words, before.name, before))

    async def _timed(self, job: _Job) -> GeneratedFlow:
        try:
            async with asyncio.timeout(self._within_s):
                return await self._tried(job)
        except TimeoutError:
            raise GenerationError(f"no flow came of it within {self._within_s:g} s") from None

    async def _tried(self, job: _Job) -> GeneratedFlow:
        spent = self.spent
        opening = [
            LlmMessage("system", job.told, cache=True),
            LlmMessage("user", json.dumps(job.asked, ensure_ascii=False), answer=job.schema),
        ]
        messages, fault, findings = opening, "", tuple[FlowFinding, ...]()
        for answers in range(1, MOST_REPAIRS + 2):
            text = await whole_answer(
                self._llm, messages, spent, most=MOST_CHARACTERS, temperature=0.0, max_tokens=MOST_TOKENS
            )
            try:
                checked = await asyncio.to_thread(self._read, text, job)
            except AnswerFault as wrong:
                fault, findings = str(wrong), ()
                self._tell(AuthorAnswer(answers, fault, ()))
            else:
                fault, findings = "", checked.findings
                self._tell(AuthorAnswer(answers, "", findings))
                if checked.valid and checked.document is not None:
                    before = {} if job.before is None else written(job.before)
                    made = differences(before, written(checked.document)) if job.before is not None else ()
                    return GeneratedFlow(checked.document, findings, tuple(made), answers, spent)
            # Only the last answer: the others are mended already.
            messages = [
                *opening[:1],
                LlmMessage("user", opening[1].content),
                LlmMessage("assistant", text),
                LlmMessage("user", _told(fault, findings), answer=job.schema),
            ]
        errors = [each for each in findings if each.fatal]
        why = fault or "; ".join(str(each) for each in errors[:3])
        raise GenerationError(f"no flow without errors came of {MOST_REPAIRS + 1} answers: {why}", errors)

    def _tell(self, answer: AuthorAnswer) -> None:
        if self._on_answer is not None:
            self._on_answer(answer)

    def _read(self, text: str, job: _Job) -> CheckedFlow:
        """In a thread: a flow may be large. Raises AnswerFault."""
        return self._looked_at(found_object(text), job)

    def _looked_at(self, answer: dict[str, Any], job: _Job) -> CheckedFlow:
        """Raises AnswerFault."""
        found = answer if job.before is None else changed(written(job.before), answer)
        if job.name:
            found = {**found, "name": job.name}
        checked = checked_flow(found, self._known)
        if checked.document is None:
            return checked
        made_up = invented(checked.document, job.words, job.before, self._known)
        # What only looks like a secret: a model has to say that it is one, or call it something else.
        strict = [_strict(each) for each in checked.findings]
        return CheckedFlow(checked.document, (*strict, *made_up))


@dataclass(frozen=True, slots=True)
class _Job:
    """What is asked of a model, and of what comes back."""

    told: str
    asked: Mapping[str, Any]
    schema: AnswerSchema
    words: str
    name: str
    """That the flow has; empty: the model finds one."""
    before: Document | None


def _words(words: str) -> str:
    if not words.strip():
        raise ConfigError("say what the flow shall do: 'Ask for name and day, then confirm'")
    if len(words) > MOST_WORDS:
        raise ConfigError(f"{len(words):,} characters are too many: {MOST_WORDS:,} describe any flow")
    return words


def _strict(each: FlowFinding) -> FlowFinding:
    if each.field.endswith(".secret") and not each.fatal:
        return error(each.node, each.field, each.what, each.remedy)
    return each


def _told(fault: str, findings: Sequence[FlowFinding]) -> str:
    """What the model has to mend."""
    errors = [each for each in findings if each.fatal]
    wrong: list[Any] = [fault] if fault else [
        {"node": each.node, "field": each.field, "wrong": each.what, "remedy": each.remedy}
        for each in errors[:MOST_TOLD]
    ]  # fmt: skip
    return REPAIRING + json.dumps(wrong, ensure_ascii=False)
