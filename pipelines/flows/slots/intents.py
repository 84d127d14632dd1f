"""What a caller may say beside an answer, whatever was asked: 'operator', 'start again'. An answer to the
question is one where both fit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.engines.protocols import Grammar
from pipelines.flows.model import Intent, Slot, Value
from pipelines.flows.slots.asked import fit
from pipelines.flows.slots.heard import POLITE
from pipelines.flows.slots.phrasebook import Phrasebook
from pipelines.flows.slots.phrases import Expansion, either, phrases
from pipelines.languages.tags import base_of

LIKELY = "/8/"
"""The weight of an answer beside one of them."""
_PUBLIC = re.compile(r"\bpublic\s+<([^<>\s]+)>")
_BODY = re.compile(r"\A\s*#JSGF[^;]*;\s*grammar\s+[^;]*;")


def with_intents(slot: Slot, intents: Mapping[str, Sequence[str]]) -> Slot:
    """The same, with intents by name and what is said for each; where one is said the value is
    `Intent(name)`. Raises SlotError."""
    if not intents:
        return slot
    said = {name: phrases(texts) for name, texts in intents.items()}
    book = Phrasebook([(Intent(name), each) for name, each in said.items()], POLITE, slot.language)

    def parse(text: str) -> Value | None:
        value = slot.parse(text)
        return book(text) if value is None else value

    def impossible(text: str) -> str:
        return "" if book(text) is not None else slot.impossible(text)

    grammar = slot.grammar
    if grammar is not None:
        grammar = _grammar(grammar, said)
    elif slot.keys_only and base_of(slot.language) == "en":
        grammar = _alone(slot.name, said)  # there is nothing else to be heard
    return replace(slot, grammar=grammar, parse=parse, impossible=impossible)


def _alone(name: str, said: Mapping[str, Sequence[Expansion]]) -> Grammar:
    name = re.sub(r"\W", "_", name)
    intents = " | ".join(either(each, f"intent {at}") for at, each in enumerate(said.values(), 1))
    return fit(Grammar(name, f"#JSGF V1.0;\ngrammar {name};\npublic <{name}_intent> = {intents};\n"))


def _grammar(own: Grammar, said: Mapping[str, Sequence[Expansion]]) -> Grammar:
    body = _BODY.sub("", own.jsgf)
    public = _PUBLIC.search(body)
    assert public is not None  # we wrote it
    name = f"{public[1]}_or_intent"
    intents = " | ".join(f"/1/ {either(each, f'intent {at}')}" for at, each in enumerate(said.values(), 1))
    private = _PUBLIC.sub(r"<\1>", body).lstrip()
    rules = f"public <{name}> = {LIKELY} <{public[1]}> | {intents};\n{private}"
    return fit(Grammar(own.name, f"#JSGF V1.0;\ngrammar {own.name};\n{rules}", own.choice))
