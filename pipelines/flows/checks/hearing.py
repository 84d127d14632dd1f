"""What callers may say: that each phrase can be heard, and means one thing where it is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.conversation.own_words import words_of
from pipelines.flows.checks.findings import FlowFinding, error, warning
from pipelines.flows.checks.kinds import KINDS
from pipelines.flows.document.document import Document, DocumentNode
from pipelines.flows.document.edges import IntentEdge
from pipelines.flows.document.names import ANYWHERE
from pipelines.flows.document.nodes import CollectNode, ConfirmNode, MenuNode
from pipelines.flows.document.slots import ChoiceSlot, NumberSlot, YesNoSlot
from pipelines.flows.slots.answers import AGREED, CANCELLED, NO, REFUSED, YES
from pipelines.flows.slots.phrases import SlotError, phrase

MOST_SENTENCES = 50_000
"""That are compared, all in all; of a document with more the rest is not."""


@dataclass(frozen=True, slots=True)
class SaidAnswer:
    """One answer to a question, and the words for it."""

    name: str
    phrases: Sequence[str]
    field: str
    """Of the first phrase; empty: they are not the author's."""


def hearing(document: Document) -> Iterator[FlowFinding]:
    sentences = _Sentences()
    intents = _Intents(document, sentences)
    yield from intents.found
    for node in document.by_id.values():
        said: dict[str, str] = {}
        for each in said_answers(node):
            for at, text in enumerate(each.phrases):
                field = f"{each.field}.{at}" if each.field else ""
                yield from sentences.faults(node.id, field, text)
                for sentence in sentences.of(text):
                    other = said.setdefault(sentence, each.name)
                    if other != each.name and field:
                        yield error(
                            node.id,
                            field,
                            f"'{sentence}' stands for both '{other}' and '{each.name}'",
                            "Give one of them other words.",
                        )
        if isinstance(node, CollectNode) and isinstance(node.slot, ChoiceSlot):
            for at, text in enumerate(node.slot.lead or ()):
                yield from sentences.faults(node.id, f"slot.lead.{at}", text, silent=True)
        if KINDS[node.type].hears:
            yield from intents.at(node, said)


def said_answers(node: DocumentNode) -> Iterator[SaidAnswer]:
    """Those that are few and known: of menus, choices, yes and no, and read-backs."""
    match node:
        case MenuNode(options=menu):
            for at, option in enumerate(menu):
                yield _answer(option.name, option.say, f"options.{at}.say")
        case CollectNode(slot=ChoiceSlot(options=options)):
            for at, each in enumerate(options):
                yield _answer(each.value, each.say, f"slot.options.{at}.say")
        case CollectNode(slot=YesNoSlot(yes=yes, no=no)):
            yield SaidAnswer("yes", YES, "")
            yield SaidAnswer("no", NO, "")
            yield SaidAnswer("yes", yes, "slot.yes")
            yield SaidAnswer("no", no, "slot.no")
        case CollectNode(slot=NumberSlot(words=words)):
            for word, number in words.items():
                yield SaidAnswer(str(number), (word,), "slot.words")
        case ConfirmNode(cancels=cancels, changes=changes):
            yield SaidAnswer("yes", AGREED, "")
            yield SaidAnswer("no", REFUSED, "")
            if cancels:
                yield SaidAnswer("cancel", CANCELLED, "")
            for at, change in enumerate(changes):
                yield SaidAnswer(f"change {change.variable}", change.say, f"changes.{at}.say")
        case _:
            pass


def _answer(name: str, say: Sequence[str], field: str) -> SaidAnswer:
    return SaidAnswer(name, say or (" ".join(words_of(name)),), field)


class _Sentences:
    """Phrases, read once each, as the sentences that they allow."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[list[str], str]] = {}
        self._left = MOST_SENTENCES

    def of(self, text: str) -> list[str]:
        """None of a phrase that allows many, or cannot be read."""
        return self._of(text, False)[0]

    def faults(self, node: str, field: str, text: str, *, silent: bool = False) -> Iterator[FlowFinding]:
        """`silent`: it may be one that is said without a word."""
        fault = self._of(text, silent)[1]
        if fault:
            yield error(node, field, fault, "Write plain words, with [optional ones] and (one | other) ones.")

    def _of(self, text: str, silent: bool) -> tuple[list[str], str]:
        if text not in self._read:
            try:
                found = phrase(text, silent=silent).sentences() if self._left > 0 else []
                self._left -= len(found or [])
                self._read[text] = (found or [], "")
            except SlotError as fault:
                self._read[text] = ([], str(fault))
        return self._read[text]


class _Intents:
    """What callers may say beside their answers, by where."""

    def __init__(self, document: Document, sentences: _Sentences) -> None:
        self.found: list[FlowFinding] = []
        self._by_source: dict[str, dict[str, tuple[str, str]]] = {}
        """Source -> sentence -> intent and field."""
        for place, edge in enumerate(document.edges):
            if isinstance(edge, IntentEdge):
                self._add(document, edge, f"edges.{place}.phrases", sentences)

    def _add(self, document: Document, edge: IntentEdge, field: str, sentences: _Sentences) -> None:
        node = edge.source if edge.source in document.by_id else ""
        known = self._by_source.setdefault(edge.source, {})
        for at, text in enumerate(edge.phrases):
            self.found += sentences.faults(node, f"{field}.{at}", text)
            for sentence in sentences.of(text):
                other, _ = known.setdefault(sentence, (edge.intent, f"{field}.{at}"))
                if other != edge.intent:
                    what = f"'{sentence}' stands for both '{other}' and '{edge.intent}'"
                    self.found.append(error(node, f"{field}.{at}", what, "Give one of them other words."))

    def at(self, node: DocumentNode, said: Mapping[str, str]) -> Iterator[FlowFinding]:
        """Those that are answers of the node: there they are taken as such, and not as the intent."""
        for source, make in ((node.id, error), (ANYWHERE, warning)):
            intents = self._by_source.get(source, {})
            for sentence in said if len(said) < len(intents) else intents:
                if sentence in said and sentence in intents:
                    intent, field = intents[sentence]
                    what = f"'{sentence}' is an answer here ('{said[sentence]}'), never the intent '{intent}'"
                    yield make(node.id, field, what, "Give one of them other words.")
