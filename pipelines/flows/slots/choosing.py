"""One of a few: choices, menus, and yes or no. English words have a grammar; others are found in what was
recognised. The keys are those of the options, else their places in the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.conversation.own_words import words_of
from pipelines.engines.grammars.meaning import LIGHT
from pipelines.flows.document.nodes import MenuNode
from pipelines.flows.document.slots import ChoiceSlot, YesNoSlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.slots.answers import NO, YES
from pipelines.flows.slots.asked import AskedSlot
from pipelines.flows.slots.heard import POLITE
from pipelines.flows.slots.phrasebook import Phrasebook
from pipelines.flows.slots.phrases import Expansion, SlotError, either, phrase, phrases

USUAL_LEAD = "in | at | the"
"""What may come before one of a choice, where the author says nothing of it."""
MOST_KEYS = 9
"""So many options have keys of their own accord."""
MOST_OFFERED = 9
"""So many are told, with keys or without; nobody keeps more in mind."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One that may be chosen."""

    value: str
    said: tuple[Expansion, ...]
    label: str
    key: str = ""


def choice_slot(spec: ChoiceSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    choices = [
        Choice(each.value, _said(each.value, each.say), each.label or each.value, each.key)
        for each in spec.options
    ]
    alike = tuple(
        (_sentence(each.value, choices), _sentence(other, choices))
        for each in spec.options
        for other in each.sounds_like
    )
    return _chosen(choices, asked, lead=spec.lead, offer=spec.offer, alike=alike)


def menu_choice(node: MenuNode, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    choices = [Choice(each.name, _said(each.name, each.say), each.name, each.keys) for each in node.options]
    return _chosen(choices, asked)


def yes_no_slot(spec: YesNoSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    more = {"yes": phrases(spec.yes), "no": phrases(spec.no)}
    words = asked.words
    book = Phrasebook(
        [
            ("yes", (*_all(words.yes), *more["yes"])),
            ("no", (*_all(words.no), *more["no"])),
        ],
        POLITE | set(words.lead),
        asked.language,
    )
    grammar = None
    if asked.english:
        said = {"yes": (*_all(YES), *more["yes"]), "no": (*_all(NO), *more["no"])}
        grammar = asked.grammar(" | ".join(either(each, value) for value, each in said.items()) + ";")
    keys: dict[str, Value] = {"1": "yes", "2": "no"}
    return Slot(asked.name, grammar, book, Dtmf(1, keys.get, spec.offer or words.yes_or_no))


def _chosen(
    choices: Sequence[Choice],
    asked: AskedSlot,
    *,
    lead: Sequence[str] | None = None,
    offer: str = "",
    alike: tuple[tuple[str, str], ...] = (),
) -> Slot:
    before = phrases((USUAL_LEAD,) if lead is None else lead, silent=True) if asked.english or lead else ()
    known = POLITE | set(asked.words.lead) | {word for each in before for word in each.words}
    book: Phrasebook[str] = Phrasebook([(each.value, each.said) for each in choices], known, asked.language)
    labels = {each.value: each.label for each in choices}
    keys = _keys(choices)
    longest = max(map(len, keys), default=1)
    return Slot(
        asked.name,
        asked.grammar(_rules(choices, before)) if asked.english else None,
        book,
        Dtmf(longest, keys.get, offer or _offer(choices, keys, asked), min(map(len, keys), default=1)),
        lambda value: labels.get(str(value), str(value)),
        alike=alike,
    )


def _rules(choices: Sequence[Choice], lead: Sequence[Expansion]) -> str:
    """Words that stand for one thing alone speak for themselves; of several the tag says so."""
    options = [
        each.said[0].jsgf() if _plain(each) else either(each.said, str(at))
        for at, each in enumerate(choices, 1)
    ]
    return (f"[{either(lead, '')}] " if lead else "") + f"({' | '.join(options)});"


def _plain(choice: Choice) -> bool:
    [first, *others] = choice.said
    words = [first] if first.kind == "word" else first.parts if first.kind == "all" else ()
    return (
        not others
        and bool(words)
        and all(word.kind == "word" and word.text not in LIGHT and "-" not in word.text for word in words)
    )


def _said(value: str, said: Sequence[str]) -> tuple[Expansion, ...]:
    if said:
        return phrases(said)
    words = words_of(value)
    if not words:
        raise SlotError(f"nobody can say '{value}': give `say`, the words for it")
    return (phrase(" ".join(words)),)


def _all(texts: Sequence[str]) -> tuple[Expansion, ...]:
    return tuple(phrase(text) for text in texts)


def _sentence(value: str, choices: Sequence[Choice]) -> str:
    """One way to say it."""
    for choice in choices:
        if choice.value == value:
            return (choice.said[0].sentences(10_000) or [value.lower()])[0]
    raise SlotError(f"`sounds_like` names '{value}', which is none of the options")


def _keys(choices: Sequence[Choice]) -> Mapping[str, str]:
    """Key -> value. Raises SlotError where one stands for two."""
    found: dict[str, str] = {}
    for at, each in enumerate(choices, 1):
        key = each.key or (str(at) if len(choices) <= MOST_KEYS else "")
        if key in found:
            raise SlotError(
                f"key {key} stands for both '{found[key]}' and '{each.value}'; give one of them another"
            )
        if key:
            found[key] = each.value
    return found


def _offer(choices: Sequence[Choice], keys: Mapping[str, str], asked: AskedSlot) -> str:
    words = asked.words
    labels = {each.value: each.label for each in choices}
    if keys:
        pressed = list(keys.items())[:MOST_OFFERED]
        return " ".join(words.press.format(key=asked.key(key), what=labels[value]) for key, value in pressed)
    *first, last = [each.label for each in choices[:MOST_OFFERED]]
    return words.said.format(what=f"{', '.join(first)}, {words.either} {last}" if first else last)
