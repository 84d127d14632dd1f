"""What a slot cannot do as it stands, for whoever checks a document: words that the embedded recogniser
cannot hear, and languages that we have no words of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pipelines.engines.protocols import Grammar
from pipelines.engines.stt.pocketsphinx.engine import check_grammar
from pipelines.flows.model import Slot
from pipelines.flows.slots.answers import answer_words


def unknown_words(slot: Slot) -> tuple[str, ...]:
    """Words of its grammar that the embedded recogniser has no pronunciation of, sorted; it will never hear
    them. Reads its dictionary the first time (0.1 s)."""
    return () if slot.grammar is None else _unknown(slot.grammar)


@lru_cache(maxsize=1_000)
def _unknown(grammar: Grammar) -> tuple[str, ...]:
    return tuple(check_grammar(grammar))


def wordless(slot: Slot, by: Sequence[str]) -> str:
    """What is missing in the slot's language, and how to mend it; empty: nothing."""
    if "keys" in by and not slot.dtmf.offer.strip():
        return f"the keys have no words of their own in '{slot.language}': give `offer`"
    return ""


def knows_yes_and_no(language: str) -> bool:
    """Callers who speak this language can agree and refuse by voice; else only keys answer a read-back."""
    words = answer_words(language)
    return bool(words.yes and words.no)
