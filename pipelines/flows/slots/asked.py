"""What is known where a slot is made of its description, and the pieces that all kinds are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.jsgf_document import GrammarError
from pipelines.engines.protocols import Grammar
from pipelines.flows.model import Value
from pipelines.flows.slots.answers import AnswerWords, answer_words
from pipelines.flows.slots.phrases import SlotError
from pipelines.languages.tags import base_of
from pipelines.spoken.forms import tongue_of

Read = Callable[[str], Value | None]
"""Words -> what they mean, whether it is possible or not."""


SURELY_FIT = 600
"""Words and marks of a grammar that is too large for no recogniser, whatever it says."""


def fit(grammar: Grammar) -> Grammar:
    """The same, if a recogniser can use it. Raises SlotError."""
    if len(grammar.jsgf.split(None, SURELY_FIT)) > SURELY_FIT:
        _measured(grammar.jsgf)
    return grammar


@lru_cache(maxsize=1_000)
def _measured(jsgf: str) -> None:
    try:
        JsgfGrammar(jsgf).paths  # noqa: B018  it is what takes room
    except GrammarError as error:
        raise SlotError(f"too much may be said here: {error}") from error


@dataclass(frozen=True)
class AskedSlot:
    """Of whom, and when."""

    name: str
    """Of the slot."""
    today: date
    language: str = "en"
    """BCP 47."""

    @property
    def english(self) -> bool:
        """Only English has grammars."""
        return base_of(self.language) == "en"

    @cached_property
    def words(self) -> AnswerWords:
        return answer_words(self.language)

    @property
    def rule(self) -> str:
        """The public rule: none of ours is called so, were the slot's name "number" or "digit"."""
        return re.sub(r"\W", "_", self.name) + "_slot"

    def grammar(self, rules: str) -> Grammar:
        """A JSGF document; `rules` begins with the expansion of the public one. Raises SlotError where it is
        too large."""
        name = re.sub(r"\W", "_", self.name)
        return fit(Grammar(name, f"#JSGF V1.0;\ngrammar {name};\npublic <{self.rule}> = {rules.strip()}\n"))

    def cardinal(self, n: int) -> str:
        """A number as it is said."""
        tongue = tongue_of(self.language)
        return tongue.cardinal(n) if tongue is not None else str(n)

    def key(self, keys: str) -> str:
        """Keys as they are offered: one number, or one by one."""
        if len(keys) == 1:
            return self.cardinal(int(keys))
        return " ".join(self.cardinal(int(key)) for key in keys)


def bounded(read: Read, possible: Callable[[Value], bool]) -> Read:
    """What may be meant here."""

    def parse(text: str) -> Value | None:
        value = read(text)
        return value if value is not None and possible(value) else None

    return parse


def refused(
    read: Read, possible: Callable[[Value], bool], say: Callable[[Value], str]
) -> Callable[[str], str]:
    """`Slot.impossible` of what `bounded` leaves out."""

    def impossible(text: str) -> str:
        value = read(text)
        return "" if value is None or possible(value) else say(value)

    return impossible
