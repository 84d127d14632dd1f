"""What is known where a slot is made of its description, and the pieces that all kinds are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipelines.engines.protocols import Grammar
from pipelines.flows.model import Value
from pipelines.flows.slots.answers import AnswerWords, answer_words
from pipelines.languages.tags import base_of
from pipelines.spoken.forms import tongue_of

Read = Callable[[str], Value | None]
"""Words -> what they mean, whether it is possible or not."""


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
        """A JSGF document; `rules` begins with the expansion of the public one. Of every other language
        nothing but what is said is known."""
        name = re.sub(r"\W", "_", self.name)
        return Grammar(name, f"#JSGF V1.0;\ngrammar {name};\npublic <{self.rule}> = {rules.strip()}\n")

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
