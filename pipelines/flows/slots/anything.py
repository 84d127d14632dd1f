"""What has no form: texts and postal addresses, as they were recognised. For recognisers of open speech
alone; no keys."""

from __future__ import annotations

import re
import unicodedata

from pipelines.conversation.own_words import own_words, words_of
from pipelines.flows.document.slots import AddressSlot, TextSlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.slots.asked import AskedSlot

LONGEST_ADDRESS = 300
"""Characters."""
_SPACE = re.compile(r"\s+")


def text_slot(spec: TextSlot, asked: AskedSlot) -> Slot:
    return _open(asked, spec.offer, spec.longest)


def address_slot(spec: AddressSlot, asked: AskedSlot) -> Slot:
    return _open(asked, spec.offer, LONGEST_ADDRESS)


def clean(text: str, longest: int) -> str:
    """One line without control characters."""
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text[: 2 * longest])
    return _SPACE.sub(" ", text).strip()[:longest].strip()


def _open(asked: AskedSlot, offer: str, longest: int) -> Slot:
    hesitations = own_words(asked.language).hesitations

    def parse(text: str) -> Value | None:
        found = clean(text, longest)
        words = words_of(found)
        return found if any(word not in hesitations for word in words) else None

    return Slot(
        asked.name,
        None,
        parse,
        Dtmf(1, lambda keys: None, offer or asked.words.unkeyed),
        language=asked.language,
        open=True,
    )
