"""Questions as callers will be asked them: their slots are made as for a call, and looked at.

What `hearing` and `answers` read of the words is not said again: a node with an error of theirs is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from pipelines.engines.grammars.jsgf_document import GrammarError
from pipelines.flows.checks.findings import FlowFinding, error, quoted, warning
from pipelines.flows.document.document import Document, DocumentNode
from pipelines.flows.document.edges import IntentEdge
from pipelines.flows.document.names import ANYWHERE
from pipelines.flows.document.nodes import CollectNode, ConfirmNode, MenuNode
from pipelines.flows.document.slots import ChoiceSlot, GrammarSlot, NameSlot, NumberSlot, YesNoSlot
from pipelines.flows.model import Slot
from pipelines.flows.slots.intents import with_intents
from pipelines.flows.slots.lacking import knows_yes_and_no, unknown_words, wordless
from pipelines.flows.slots.making import confirm_slot, menu_slot, slot_of
from pipelines.flows.slots.phrases import SlotError, phrase

A_DAY = date(2024, 1, 1)
"""As of which days are understood: whether a question can be asked is the same on all."""
MOST_PARSED = 1_000
"""Sentences of intents that are tried as answers, all in all."""
MOST_AT_ONCE = 500
"""Phrases of intents beside one question: each makes the question's grammar larger, and it slower to ask."""
MOST_TRIED = 5_000
"""Phrases of intents that are put beside questions here, all in all."""
MOST_SPELLED = 100
"""Questions whose words are looked up in the embedded recogniser's dictionary."""
BOTH = ("voice", "keys")


def asking(document: Document, faulty: Collection[str] = ()) -> Iterator[FlowFinding]:
    """`faulty`: ids of nodes that are left out."""
    language = document.defaults.language or "en"
    intents = _Intents(document)
    yield from intents.too_many(document)
    spelled = 0
    for node in document.by_id.values():
        if not isinstance(node, CollectNode | ConfirmNode | MenuNode) or node.id in faulty:
            continue
        field = _field(node)
        try:
            slot = _made(node, language)
            if intents.worth_trying(node.id):
                with_intents(slot, intents.of(node.id))
            looks = _own_words(node) and _embedded(document, language) and spelled < MOST_SPELLED
            strange = unknown_words(slot) if looks else ()
        except (SlotError, GrammarError, ValueError) as fault:
            yield error(node.id, field, str(fault), "Put it right as it says.")
            continue
        by: Sequence[str] = BOTH if isinstance(node, ConfirmNode) else node.by
        missing = wordless(slot, by)
        if missing:
            yield warning(node.id, field, missing, "Give 'offer' in the flow's language.")
        if isinstance(node, ConfirmNode) and not knows_yes_and_no(language):
            what = f"nobody can agree by voice in '{language}': its words for yes and no are not known"
            yield warning(node.id, "", what, "Offer the keys under 'offer', or ask with a menu of your own.")
        spelled += looks
        if strange:
            what = f"the embedded recogniser does not know {quoted(strange)}, and never hears it"
            yield warning(node.id, field, what, "Write it as it sounds, or name another recogniser.")
        yield from intents.answers(node, slot)


def _made(node: CollectNode | ConfirmNode | MenuNode, language: str) -> Slot:
    """Raises SlotError."""
    match node:
        case CollectNode(slot=spec, by=by):
            return slot_of(spec, "answer", A_DAY, by=by, language=language)
        case ConfirmNode():
            return confirm_slot(node, "answer", language=language)
        case MenuNode():
            return menu_slot(node, "answer", language=language)


def _field(node: DocumentNode) -> str:
    match node:
        case CollectNode():
            return "slot"
        case MenuNode():
            return "options"
        case _:
            return "changes"


def _own_words(node: CollectNode | ConfirmNode | MenuNode) -> bool:
    """Whether its author wrote some of what is listened for."""
    match node:
        case MenuNode() | CollectNode(slot=ChoiceSlot() | GrammarSlot()):
            return True
        case ConfirmNode(changes=changes):
            return bool(changes)
        case CollectNode(slot=YesNoSlot(yes=yes, no=no)):
            return bool(yes or no)
        case CollectNode(slot=NumberSlot(words=words, one=one)):
            return bool(words or one)
        case CollectNode(slot=NameSlot(known=known)):
            return bool(known)
        case _:
            return False


def _embedded(document: Document, language: str) -> bool:
    """Whether the embedded recogniser, which knows English, is likely to listen."""
    return not document.defaults.stt and language.lower().startswith("en")


class _Intents:
    """What callers may say of their own accord, by where."""

    def __init__(self, document: Document) -> None:
        self._left = MOST_PARSED
        self._untried = MOST_TRIED
        self._by_source: dict[str, dict[str, list[str]]] = {}
        self._fields: dict[tuple[str, str], str] = {}
        for place, edge in enumerate(document.edges):
            if isinstance(edge, IntentEdge) and not _unread(edge.phrases):
                known = self._by_source.setdefault(edge.source, {})
                known.setdefault(edge.intent, []).extend(edge.phrases)
                self._fields.setdefault((edge.source, edge.intent), f"edges.{place}.phrases")

    def _beside(self, node: str) -> int:
        """Phrases that hold at a node."""
        own, anywhere = self._by_source.get(node, {}), self._by_source.get(ANYWHERE, {})
        return sum(map(len, own.values())) + sum(map(len, anywhere.values()))

    def too_many(self, document: Document) -> Iterator[FlowFinding]:
        for source in sorted(self._by_source.keys() & {ANYWHERE, *document.by_id}):
            count = self._beside(source) if source != ANYWHERE else self._beside("")
            if count > MOST_AT_ONCE:
                what = f"{count} phrases of intents are listened for beside the answer"
                remedy = f"Keep {MOST_AT_ONCE} or fewer; [optional] and (one | other) words say much in few."
                yield error("" if source == ANYWHERE else source, "edges", what, remedy)

    def worth_trying(self, node: str) -> bool:
        """Whether what is said beside this question is still to be tried; what holds at many nodes is, at the
        first ones."""
        count = self._beside(node)
        self._untried -= count
        return 0 < count <= MOST_AT_ONCE and self._untried >= 0

    def of(self, node: str) -> Mapping[str, Sequence[str]]:
        """Its own, and those from anywhere."""
        return {**self._by_source.get(ANYWHERE, {}), **self._by_source.get(node, {})}

    def answers(self, node: DocumentNode, slot: Slot) -> Iterator[FlowFinding]:
        """Those that the question takes for an answer: a number, a day. What is few is compared as text."""
        if not isinstance(node, CollectNode) or isinstance(node.slot, ChoiceSlot | YesNoSlot) or slot.open:
            return
        for source in (node.id, ANYWHERE):
            for intent, phrases in self._by_source.get(source, {}).items():
                for sentence in (each for text in phrases for each in phrase(text).sentences() or ()):
                    self._left -= 1
                    if self._left < 0:
                        return
                    value = slot.parse(sentence)
                    if value is not None:
                        what = f"'{sentence}' is an answer here ({value}), never the intent '{intent}'"
                        yield warning(
                            node.id, self._fields[source, intent], what, "Give the intent other words."
                        )
                        break


def _unread(phrases: Sequence[str]) -> bool:
    """Whether one of them cannot be read, which is told elsewhere."""
    try:
        for text in phrases:
            phrase(text)
    except SlotError:
        return True
    return False
