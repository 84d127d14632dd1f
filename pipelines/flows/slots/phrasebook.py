"""Which of several things was said, from the phrases for each: those that are few are looked up, the others
walked through as a grammar. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Generic, TypeVar

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.jsgf_document import GrammarError
from pipelines.flows.slots.heard import POLITE, heard_words, without_tail
from pipelines.flows.slots.phrases import Expansion, SlotError

T = TypeVar("T")
MOST_SENTENCES = 20_000
"""That are looked up, all in all."""


class Phrasebook(Generic[T]):
    """What phrases mean. Of two with the same words the first counts. Raises SlotError where there are too
    many."""

    def __init__(
        self,
        entries: Sequence[tuple[T, Sequence[Expansion]]],
        lead: Set[str] = POLITE,
        language: str = "en",
    ) -> None:
        """`lead`: words that may stand before any of them."""
        self._lead, self._language = lead, language
        self._values = [value for value, _ in entries]
        self._sentences: dict[str, int] = {}
        walked: list[str] = []
        for at, (_, phrases) in enumerate(entries):
            for each in phrases:
                sentences = each.sentences() if len(self._sentences) < MOST_SENTENCES else None
                if sentences is None:
                    walked.append(f"({each.jsgf(split=True)}) {{{at}}}")
                for sentence in sentences or ():
                    self._sentences.setdefault(_spaced(sentence, language), at)
        self._grammar: JsgfGrammar | None = None
        if walked:
            document = f"#JSGF V1.0;\ngrammar phrases;\npublic <phrases> = {' | '.join(walked)};\n"
            try:
                self._grammar = JsgfGrammar(document)
                self._grammar.paths.by_word  # noqa: B018  made now, before a caller waits
            except GrammarError as error:
                raise SlotError(f"too much may be said here: {error}") from error

    def __call__(self, text: str) -> T | None:
        """What was heard means this; None: nothing here."""
        words = heard_words(text, self._language)
        return self.of(words)

    def of(self, words: Sequence[str]) -> T | None:
        """Of plain words, words with a hyphen as two."""
        for ends in (list(words), without_tail(list(words), self._language)):
            for rest in self._without_lead(ends):
                found = self._exactly(rest)
                if found is not None:
                    return self._values[found]
        return None

    def _without_lead(self, words: list[str]) -> Iterator[list[str]]:
        """As it is, and with less and less of what may stand before it."""
        for at, word in enumerate(words):
            yield words[at:]
            if word not in self._lead:
                return

    def _exactly(self, words: list[str]) -> int | None:
        found = self._sentences.get(" ".join(words))
        if self._grammar is None:
            return found
        walked = [int(means[1:-1]) for said in self._grammar.meanings(words) for means in said]
        return min([*walked, *([found] if found is not None else [])], default=None)


def _spaced(sentence: str, language: str) -> str:
    """As it comes from a recogniser: of Japanese and Chinese each character is a word."""
    return sentence if sentence.isascii() else " ".join(heard_words(sentence, language))
