"""What the words of one language tell about the end of a text: the lists, without any language's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.conversation.own_words import words_of


@dataclass(frozen=True, slots=True)
class EndWords:
    """One language's."""

    answers: frozenset[str] = frozenset()
    """Short answers that need nothing more, words apart by one space."""
    courtesies: frozenset[str] = frozenset()
    """Words that may stand around such an answer and change nothing."""
    dangling: frozenset[str] = frozenset()
    """Conjunctions, articles, possessives: no sentence ends in one."""
    prepositions: frozenset[str] = frozenset()
    """A statement does not end in one; a question may ("what is it for")."""
    openings: tuple[str, ...] = ()
    """Beginnings of a sentence that are none yet when it ends there ("i would like")."""
    questions: frozenset[str] = frozenset()
    """First words of a question."""
    figures: Mapping[str, int] = field(default_factory=dict)
    """Words in which digits are told, with the number of digits that each is."""
    tens: frozenset[str] = frozenset()
    """Those of `figures` that take a unit after them without a digit more ("twenty" + "one")."""
    repeats: Mapping[str, int] = field(default_factory=dict)
    """"double": the next digit counts so often."""
    numbers: frozenset[str] = frozenset()
    """Words that announce a telephone number, or one as long."""
    codes: frozenset[str] = frozenset()
    """Words that announce a shorter one: a code, a postcode."""
    number_digits: int = 10
    """Digits of a whole telephone number, at least."""
    addresses: tuple[str, ...] = ()
    """Words that announce an address."""
    house_number_first: bool = False
    streets: tuple[str, ...] = ()
    """How names of streets end, where the number of the house follows them."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """Phrases with a comma between them, as `words_of` writes them."""
    return tuple(" ".join(words_of(phrase)) for phrase in text.split(","))


def figures(units: str, teens: str, tens: str) -> dict[str, int]:
    return {**dict.fromkeys(units.split(), 1), **dict.fromkeys(f"{teens} {tens}".split(), 2)}
