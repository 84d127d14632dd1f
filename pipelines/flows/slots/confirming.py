"""The answer to a read-back: yes, no, cancel, or what is to be changed. Its value is the node's outcome."""

from __future__ import annotations

from pipelines.flows.document.nodes import ConfirmNode
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.slots.answers import AGREED, CANCELLED, REFUSED
from pipelines.flows.slots.asked import AskedSlot
from pipelines.flows.slots.heard import LEAD
from pipelines.flows.slots.phrasebook import Phrasebook
from pipelines.flows.slots.phrases import either, phrase, phrases

LIKELY = "/8/"
"""The weight of a yes, or a no, beside what else may be said to such a question."""

_HESITATIONS = frozenset({"um", "uh", "oh", "well", "so"})


def change_of(variable: str) -> str:
    """The outcome."""
    return f"change {variable}"


def confirming_slot(node: ConfirmNode, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    words = asked.words
    english = asked.english
    said = {"yes": AGREED if english else words.yes, "no": REFUSED if english else words.no}
    if node.cancels:
        said["cancel"] = CANCELLED if english else words.cancel
    verdicts = {value: phrases(texts) for value, texts in said.items()}
    changes = [(change_of(each.variable), phrases(each.say)) for each in node.changes]
    plain: Phrasebook[str] = Phrasebook(list(verdicts.items()), frozenset(), asked.language)
    refusals = {"no", "change", "wrong"} if english else {word for no in words.no for word in no.split()}
    parts: Phrasebook[str] = Phrasebook(changes, LEAD | refusals | set(words.lead), asked.language)
    polite: Phrasebook[str] = Phrasebook(
        [(value, (*each, *phrases(getattr(words, value)))) for value, each in verdicts.items()],
        _HESITATIONS,
        asked.language,
    )

    def parse(text: str) -> Value | None:
        return plain(text) or parts(text) or polite(text)

    grammar = None
    if english:
        rules = " | ".join(
            f"{'/1/' if value == 'cancel' else LIKELY} {either(each, value)}"
            for value, each in verdicts.items()
        )
        if changes:
            named = " | ".join(either(each, str(at)) for at, (_, each) in enumerate(changes, 1))
            rules += f" | /1/ (no [change] | change) {{}} <part>;\n<part> = [the] ({named})"
        grammar = asked.grammar(rules + ";")
    keys: dict[str, Value] = {"1": "yes", "2": "no"}
    if node.cancels:
        keys["3"] = "cancel"
    offer = node.offer or (words.confirm_cancel if node.cancels else words.confirm)
    continuations = []
    if english:
        if node.changes:
            first = phrase(node.changes[0].say[0]).sentences(10_000)
            continuations += [f"the {first[0]}"] if first else []
        continuations += ["change it", *(["cancel it"] if node.cancels else [])]
    return Slot(asked.name, grammar, parse, Dtmf(1, keys.get, offer), continuations=tuple(continuations))
