"""The slots of the booking's document understand, ask and read back as the ones did that were written by hand
before it: their grammars, and what a sample of answers meant to them, are in booking_by_hand.json."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.conversation.agent import Finality
from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.meaning import Meaning
from pipelines.flows.document.nodes import CollectNode, ConfirmNode
from pipelines.flows.document.reading import document_of
from pipelines.flows.model import Slot
from pipelines.flows.slots.making import confirm_slot, slot_of
from tests.pipelines.flows.slots.sentences import sentences

TODAY = date(2026, 11, 21)
BY_HAND: dict[str, Any] = json.loads((Path(__file__).parent / "booking_by_hand.json").read_text())
BOOKING = Path(__file__).parents[4] / "pipelines/flows/templates/room_booking.json"


def made() -> dict[str, Slot]:
    document = document_of(json.loads(BOOKING.read_text())["document"])
    found = {}
    for node in document.nodes:
        match node:
            case CollectNode():
                found[node.id] = slot_of(node.slot, node.variable or node.id, TODAY, by=node.by)
            case ConfirmNode():
                found[node.id] = confirm_slot(node)
            case _:
                pass
    return found


SLOTS = made()
NAMES = pytest.mark.parametrize("name", BY_HAND)


@NAMES
def test_the_grammar_allows_the_same_sentences_with_the_same_odds(name: str) -> None:
    before, now = JsgfGrammar(BY_HAND[name]["jsgf"]), JsgfGrammar(SLOTS[name].own_grammar.jsgf)
    said = sentences(before)
    assert said == sentences(now)
    assert all(abs(before.odds(words) - now.odds(words)) < 1e-9 for words in said)


@NAMES
def test_the_grammar_is_no_larger(name: str) -> None:
    before, now = JsgfGrammar(BY_HAND[name]["jsgf"]), JsgfGrammar(SLOTS[name].own_grammar.jsgf)
    assert now.size <= before.size
    assert len(now.paths.places) <= len(before.paths.places)


@NAMES
def test_the_same_sentences_are_one_answer_to_the_recogniser(name: str) -> None:
    def classes(grammar: JsgfGrammar) -> set[frozenset[tuple[str, ...]]]:
        found: dict[Meaning, set[tuple[str, ...]]] = {}
        for words in sentences(grammar):
            found.setdefault(Meaning.of(grammar, words), set()).add(words)
        return {frozenset(each) for each in found.values()}

    before, now = JsgfGrammar(BY_HAND[name]["jsgf"]), JsgfGrammar(SLOTS[name].own_grammar.jsgf)
    assert classes(before) == classes(now)


@NAMES
def test_every_sentence_has_a_meaning_and_one_answer_has_one_value(name: str) -> None:
    slot = SLOTS[name]
    grammar = JsgfGrammar(slot.own_grammar.jsgf)
    values: dict[Meaning, set[object]] = {}
    for words in sentences(grammar):
        values.setdefault(Meaning.of(grammar, words), set()).add(slot.parse(" ".join(words)))
    assert [found for found in values.values() if len(found) > 1 or None in found] == []


@NAMES
def test_answers_mean_are_waited_for_and_read_back_the_same(name: str) -> None:
    slot = SLOTS[name]
    wrong = {}
    for text, wanted in BY_HAND[name]["answers"].items():
        value = slot.parse(text)
        told = value is not None and name != "check"
        found = [value, slot.finality(text).value, "", ""]
        if told and value is not None:
            found[2:] = [slot.say(value), slot.checked(value)]
        if found != wanted:
            wrong[text] = (found, wanted)
    assert wrong == {}


@NAMES
def test_keys_mean_the_same_and_are_offered_in_the_same_words(name: str) -> None:
    slot, wanted = SLOTS[name], BY_HAND[name]
    assert {keys: slot.dtmf.parse(keys) for keys in wanted["keys"]} == wanted["keys"]
    assert (slot.dtmf.most, slot.dtmf.least, slot.dtmf.offer) == (
        wanted["most"],
        wanted["least"],
        wanted["offer"],
    )


@NAMES
def test_doubt_is_dealt_with_in_the_same_way(name: str) -> None:
    slot, wanted = SLOTS[name], BY_HAND[name]
    assert [list(pair) for pair in slot.alike] == wanted["alike"]
    assert (slot.harmless, slot.read_back) == (wanted["harmless"], wanted["read_back"])


def test_a_change_is_an_outcome_of_the_read_back() -> None:
    assert SLOTS["check"].parse("no the time") == "change time"
    assert SLOTS["check"].finality("no") is Finality.OPEN
