"""What a flow says of its own accord, whatever it is about: asking again, reading back, giving up.

Words only. Give a flow other `Phrases` to let it speak in another way or another language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TROUBLES = {
    "silent": "I cannot hear you at all. Perhaps your microphone is off.",
    "one-way": "I cannot hear you. There is something wrong with the line.",
    "clipped": "You are too loud for this line. Please keep the phone a little away from you.",
    "humming": "There is a loud hum on the line.",
    "noisy": "I can hardly hear you.",
    "lossy": "Parts of what you say are lost on the line.",
    "looped": "I hear only my own voice on this line. Please call again. Goodbye.",
    "music": "I hear music. If you are there, please press a key.",
    "fax": "I hear a machine, and this number is for people. Goodbye.",
    "tone": "I hear only a tone. If you are there, please press a key.",
    "endless": "I did not get all that. One short answer is enough.",
}
"""By `LineTrouble.kind`."""
NOBODY = frozenset({"fax", "looped"})
"""Kinds of trouble on which nobody is there to be helped: their words are the last."""
WAITED = frozenset({"music", "tone"})
"""Kinds that are waited through, and told of now and then."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """`{value}` is what is asked about, as it is read back."""

    sorry: str = "Sorry, I didn't get that."
    hardly: str = "I can hardly hear you. Please use the keys."
    unheard: str = "I cannot hear you."
    impossible: str = "Sorry, {value} is not possible here."
    back: str = "Here I am again."
    """Said to a caller who is back from whoever had taken the call over; the question follows."""
    check: str = "Did you say {value}?"
    """Of something that was not surely heard."""
    other: str = "Was it {value}?"
    """Of the next thing that it may have been."""
    read_back: str = "I have {value}. Is that right?"
    go_on: str = "{value}. And then?"
    """Of the first part of a number or a name."""
    once_more: str = "Then please say it once more."
    key_again: str = "Then please key it in once more."
    """Of what is answered by keys alone."""
    clearly: str = "Please say a clear yes, or no."
    yes_no_keys: str = "Press one for yes, or two for no."
    troubles: Mapping[str, str] = field(default_factory=lambda: TROUBLES, hash=False)

    def trouble(self, kind: str) -> str:
        """What is wrong with the line."""
        return self.troubles.get(kind, self.hardly)
