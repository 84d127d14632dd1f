"""A grammar of the author's own, written anew so that nothing but its rules is in ours. The value is what its
tags say of a sentence; where it has no tags, the sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.jsgf_document import GrammarError, read_document
from pipelines.engines.grammars.writing import rules_text
from pipelines.flows.document.slots import GrammarSlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.slots.asked import AskedSlot
from pipelines.flows.slots.heard import heard_words, without_tail
from pipelines.flows.slots.phrases import SlotError

MOST_OFFERED = 9
_HEADER = "#JSGF V1.0;\ngrammar own;\n"


def grammar_slot(spec: GrammarSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    grammar, rules = _read(spec.jsgf)

    def parse(text: str) -> Value | None:
        words = heard_words(text, asked.language)
        ways = text.lower().split(), words, without_tail(words, asked.language)
        for said in dict.fromkeys(map(tuple, ways)):
            found = grammar.meanings(said)
            if found and said:
                return value_of(min(found), said)
        return None

    def say(value: Value) -> str:
        return spec.labels.get(str(value), str(value))

    keys = dict(spec.keys)
    offer = spec.offer or " ".join(
        asked.words.press.format(key=asked.key(key), what=say(value))
        for key, value in list(keys.items())[:MOST_OFFERED]
    )
    return Slot(
        asked.name,
        asked.grammar(rules) if asked.english else None,
        parse,
        Dtmf(max(map(len, keys), default=1), keys.get, offer, min(map(len, keys), default=1)),
        say,
        language=asked.language,
    )


def value_of(means: Sequence[str], words: Sequence[str]) -> str:
    """The tags alone, without their braces."""
    tags = [each[1:-1].replace("\\}", "}").strip() for each in means if each.startswith("{")]
    return " ".join(tags) or " ".join(words)


@lru_cache(maxsize=200)
def tag_words(jsgf: str) -> frozenset[str]:
    """The words of all its tags: what values are made of. Raises SlotError."""
    grammar, _ = _read(jsgf)
    means = {step.means for branch in grammar.paths.branches for step in branch if step.means.startswith("{")}
    return frozenset(word for each in means for word in value_of([each], ()).split())


def _read(jsgf: str) -> tuple[JsgfGrammar, str]:
    """Raises SlotError."""
    document = jsgf if jsgf.lstrip().startswith("#JSGF") else _HEADER + jsgf
    try:
        rules, public = read_document(document)
        written = rules_text(rules, public, "own_")
        grammar = JsgfGrammar(f"{_HEADER}public <own> = {written}\n")
        grammar.paths.by_word  # noqa: B018  made now, before a caller waits
    except GrammarError as error:
        raise SlotError(f"the grammar cannot be used: {error}") from error
    except RecursionError as error:
        raise SlotError("the grammar cannot be used: its rules are nested too deeply") from error
    return grammar, written
