"""Whole numbers, with what is counted or without. A grammar of few numbers lists them; one of many knows all
of so many digits, and those that are not possible are told so."""

from __future__ import annotations

from pipelines.flows.document.slots import NumberSlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.numbers import alternatives, number_rules, whole_number, with_digits
from pipelines.flows.slots.asked import AskedSlot, bounded, refused
from pipelines.flows.slots.heard import POLITE, heard_words, without_lead, without_tail
from pipelines.flows.slots.phrasebook import Phrasebook
from pipelines.flows.slots.phrases import Expansion, SlotError, either, phrases
from pipelines.spoken.hearing.written import written

LISTED = 20
"""Up to this number each is a word of the grammar."""
USUAL_LEAD = ("it is", "it's", "that's", "the number is", "there are", "for")
_FILLER = POLITE | frozenset("number are we we're there will be just only about".split())
MOST_CHARS = 400
"""Of what was heard."""


def number_slot_of(spec: NumberSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    if spec.least > spec.most:
        raise SlotError(f"no number is from {spec.least} to {spec.most}; put the smaller one into `least`")
    lead = phrases(USUAL_LEAD if spec.lead is None else spec.lead, silent=True)
    words = [(value, phrases([text])) for text, value in spec.words.items()]
    book: Phrasebook[int] = Phrasebook(words, _FILLER, asked.language)
    known = _FILLER | set(asked.words.lead) | {word for each in lead for word in each.words}
    ends = _ends(spec)

    def read(text: str) -> Value | None:
        named = book(text)
        if named is not None:
            return named
        if asked.english:
            return _english(heard_words(text), ends, known)
        return _foreign(text, ends, known, asked.language)

    def possible(value: Value) -> bool:
        return spec.least <= int(value) <= spec.most

    def say(value: Value) -> str:
        unit = spec.one if int(value) == 1 else spec.many or spec.one
        if not unit:
            return str(value)
        return f"{'one' if value == 1 and asked.english else value} {unit}"

    def keyed(keys: str) -> Value | None:
        return int(keys) if keys.isdecimal() and possible(int(keys)) else None

    counted = spec.many or spec.one
    offer = spec.offer or (asked.words.counted.format(what=counted) if counted else asked.words.number)
    return Slot(
        asked.name,
        asked.grammar(_rules(spec, lead, words)) if asked.english else None,
        bounded(read, possible),
        Dtmf(len(str(spec.most)), keyed, offer),
        say,
        _continuations(spec.most) if asked.english else (),
        spell=(lambda value: with_digits(say(value), int(value))) if asked.english else None,
        impossible=refused(read, possible, say),
        language=asked.language,
    )


def _ends(spec: NumberSlot) -> tuple[list[str], ...]:
    """What may come behind the number, the longest first."""
    found = {" ".join(heard_words(unit)) for unit in (spec.one, spec.many) if unit}
    for each in phrases(spec.behind):
        found |= set(each.sentences() or ())
    if "people" in found:
        found |= {"persons", "person"}
    return tuple(sorted((end.split() for end in found if end), key=len, reverse=True))


def _without_end(words: list[str], ends: tuple[list[str], ...]) -> list[str]:
    for end in ends:
        if len(words) > len(end) and words[-len(end) :] == end:
            return words[: -len(end)]
    return words


def _english(words: list[str], ends: tuple[list[str], ...], lead: frozenset[str] | set[str]) -> int | None:
    words = without_tail(words)
    for rest in (words, without_lead(words, lead - {"a", "an"})):  # "a hundred"
        found = whole_number(_without_end(rest, ends)) if len(rest) <= 40 else None
        if found is not None:
            return found
    return None


def _foreign(
    text: str, ends: tuple[list[str], ...], lead: frozenset[str] | set[str], language: str
) -> int | None:
    words = without_tail(heard_words(text[:MOST_CHARS], language), language)
    for rest in (words, without_lead(words, lead)):
        found = written(" ".join(_without_end(rest, ends)), language, "number")
        if found is not None and found.isdecimal():
            return int(found)
    return None


def _rules(
    spec: NumberSlot, lead: tuple[Expansion, ...], words: list[tuple[int, tuple[Expansion, ...]]]
) -> str:
    """With the words for some numbers, and what may stand before and behind."""
    before = f"[{either(lead, '')}] " if lead else ""
    behind = phrases(spec.behind)
    many = (*phrases([spec.many] if spec.many else []), *behind)
    one = (*phrases([spec.one] if spec.one else []), *many)
    after = f" [{either(many, '')}]" if many else ""
    named = "".join(f" | {either(each, str(value))}" for value, each in words)
    if spec.most > LISTED:
        last = f" [{either(one, '')}]" if one else ""
        return f"{before}<number>{last}{named};{number_rules(spec.most)}"
    tagged = {value for value, _ in words}
    alone = [n for n in range(spec.least, spec.most + 1) if n != 1 and n not in tagged]
    counts = [
        *([f"<count>{after}"] if alone else []),
        *([f"one{' {1}' if 1 in tagged else ''}" + (f" [{either(one, '')}]" if one else "")]
          if spec.least <= 1 <= spec.most else []),
        *(f"({alternatives([n])}) {{{n}}}{after}"
          for n in sorted(tagged) if n != 1 and spec.least <= n <= spec.most),
    ]  # fmt: skip
    rule = f"\n<count> = {alternatives(alone)};" if alone else ""
    return f"{before}({' | '.join(counts)}){named};{rule}"


def _continuations(most: int) -> tuple[str, ...]:
    """What makes another number of one that was said."""
    found = [(21, "one"), (100, "hundred"), (1_000, "thousand"), (1_000_000, "million")]
    return tuple(word for least, word in found if most >= least)
