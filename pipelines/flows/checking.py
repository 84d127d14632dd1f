"""The question whether a value was heard rightly: yes, no, or at once what it should have been.

Pure. One yes-or-no question for each candidate, and no choice between two: what could be mistaken for one
another once will be again, "yes" and "no" are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipelines.conversation.own_words import words_of
from pipelines.engines.protocols import Grammar
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.phrases import Phrases
from pipelines.flows.slots.answers import NO, YES, answer_words
from pipelines.languages.tags import base_of

LIKELY = "/8/"
"""The weight of a yes, or a no, beside what else may be said to such a question."""
_RULES = f"""
<check_yes> = ({" | ".join(YES)}) {{yes}};
<check_no> = ({" | ".join(NO)}) {{no}};
"""
_MEANINGS: dict[str, Value] = {**dict.fromkeys(YES, "yes"), **dict.fromkeys(NO, "no")}
_PUBLIC = re.compile(r"\bpublic\s+<([^<>\s]+)>")
_BODY = re.compile(r"\A\s*#JSGF[^;]*;\s*grammar\s+[^;]*;")


def yes_or_no(name: str, offer: str, language: str = "en") -> Slot:
    """A slot of its own for a plain question; its value is 'yes' or 'no'."""
    document = f"#JSGF V1.0;\ngrammar {name};\npublic <{name}> = <check_yes> | <check_no>;{_RULES}"
    grammar = Grammar(name, document) if _english(language) else None

    def parse(text: str) -> Value | None:
        return _meaning(text, language)

    return Slot(name, grammar, parse, Dtmf(1, _KEYS.get, offer), language=language)


def _english(language: str) -> bool:
    return base_of(language) == "en"


def _meaning(text: str, language: str) -> Value | None:
    """A plain yes or no."""
    if _english(language) and text in _MEANINGS:
        return _MEANINGS[text]
    said, words = words_of(text), answer_words(language)
    for value, texts in (("no", words.no), ("yes", words.yes)):
        if any(said == words_of(each) for each in texts):
            return value
    return None


_KEYS: dict[str, Value] = {"1": "yes", "2": "no"}


@dataclass(frozen=True, slots=True)
class Check:
    """A value that waits for the caller's yes."""

    slot: Slot
    """What the value is for."""
    value: Value
    question: Slot
    """How the answer is heard; its value is 'yes', 'no', or the words of a correction."""
    others: tuple[Value, ...] = ()
    """What else it may have been, best first."""
    asked: str = ""
    """The question in words."""
    unclear: int = 0
    """Answers that were neither."""

    @classmethod
    def of(cls, slot: Slot, value: Value, phrases: Phrases, others: tuple[Value, ...] = ()) -> Check:
        wording = phrases.read_back if slot.read_back or slot.spelling is not None else phrases.check
        asked = wording.format(value=slot.checked(value))
        return cls(slot, value, _question(slot, phrases.yes_no_keys), others, asked)

    def next(self, phrases: Phrases) -> Check | None:
        """It was not this value: the next that it may have been, if there is one."""
        if not self.others:
            return None
        value, *others = self.others
        asked = phrases.other.format(value=self.slot.checked(value))
        return replace(self, value=value, others=tuple(others), asked=asked, unclear=0)

    def unanswered(self) -> Check:
        """The answer was neither yes nor no."""
        return replace(self, unclear=self.unclear + 1)

    def mended(self, words: str) -> Value | None:
        """What a correction makes of the value, or the value itself when it was said again; None when it is
        no correction, '' to start again."""
        answer = _without_no(words, self.slot.language)
        if self.slot.spelling is not None:
            value: Value | None = self.slot.spelling.mend(str(self.value), answer)
        else:
            value = self.slot.parse(answer)
        # "No, fifteen" to "fifteen?": one of the two was misheard.
        return None if value == self.value and answer != words else value


def _question(slot: Slot, offer: str) -> Slot:
    name = f"{slot.name}_check"

    def parse(text: str) -> Value | None:
        return _meaning(text, slot.language) or (text if text.strip() else None)

    return Slot(name, _grammar(name, slot), parse, Dtmf(1, _KEYS.get, offer), language=slot.language)


def _grammar(name: str, slot: Slot) -> Grammar | None:
    if slot.grammar is None:
        # Of what is keyed alone a yes or a no is said all the same.
        return None if slot.open else yes_or_no(name, "", slot.language).grammar
    body = _BODY.sub("", slot.grammar.jsgf)
    public = _PUBLIC.search(body)
    answer = f" | /1/ [<check_no>] <{public[1]}>" if public else ""
    if slot.spelling is not None and slot.spelling.corrections:
        answer += " | /1/ [<check_no>] <mend>"
        body += "\n" + slot.spelling.corrections
    private = _PUBLIC.sub(r"<\1>", body)
    rules = f"public <{name}> = {LIKELY} <check_yes> | {LIKELY} <check_no>{answer};{_RULES}{private}"
    return Grammar(name, f"#JSGF V1.0;\ngrammar {name};\n{rules}\n")


def _without_no(words: str, language: str) -> str:
    """A correction without the refusal before it."""
    refusals = NO if _english(language) else answer_words(language).no
    for refusal in sorted(refusals, key=len, reverse=True):
        for mark in " ", ", ":
            if words.startswith(refusal + mark):
                return words[len(refusal) + len(mark) :]
    return words
