"""Goes on with an answer that another model began: what is said already is told to the next one, and what
that one says again all the same is cut, so that the caller hears every word once.

A machine without I/O. It compares letters and digits only: case, spaces and punctuation come back
differently.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.engines.protocols import LlmMessage

GO_ON = (
    "(A technical fault cut your answer off behind its last word; the caller has heard it up to there. Go on "
    "right there, in the middle of the sentence if need be. Do not repeat, greet, apologise or mention this.)"
)
MOST_SAID = 4_000
"""Characters of an answer that is gone on with; a longer one that breaks off is over."""
NEAR = 240
"""Characters at the end of what was said in which a repetition may begin at any word; before, where a
sentence begins."""
MOST_PLACES = 64
CLOSING = tuple(".,;:!?)]")
PART_OF_A_WORD = 3
"""Letters that the end of what was said must have to be taken for the beginning of a longer word."""


def carried_on(messages: Sequence[LlmMessage], said: str, *, continues: bool) -> list[LlmMessage]:
    """The conversation for the next model. `continues`: it goes on from an assistant's message by itself."""
    begun = [*messages, LlmMessage("assistant", said)]
    return begun if continues else [*begun, LlmMessage("user", GO_ON)]


class Continuation:
    """What the next model says, without what it says again. Feed it the pieces; give `rest()` at the end."""

    def __init__(self, said: str, *, continues: bool) -> None:
        self._said, starts = _letters(said)
        self._places = _places(said, starts, len(self._said))
        self._spaced = said[-1:].isspace() or not said
        self._ends_in_word = said[-1:].isalnum()
        self._closed = said.rstrip()[-1:] in CLOSING
        self._wants_space = self._ends_in_word or said[-1:] in CLOSING
        self._ends_in_number = said[-2:-1].isdigit() and not self._ends_in_word
        self._continues = continues
        self._held = ""
        self._heard = ""
        """Its letters."""
        self._ends: list[int] = []
        """For each where in it it ends."""
        self._decided = not self._said

    def feed(self, text: str) -> str:
        """What of it is new, as far as that can be told yet."""
        if self._decided:
            return text
        heard, ends = _letters(text, ends=True)
        self._heard += heard
        self._ends += [len(self._held) + end for end in ends]
        self._held += text
        return self._told(final=False)

    def rest(self) -> str:
        """What was held back, when nothing follows."""
        return "" if self._decided else self._told(final=True)

    def _told(self, final: bool) -> str:
        heard, ends = self._heard, self._ends
        whole: int | None = None
        for start in self._places:
            length = len(self._said) - start
            if len(heard) <= length:
                if not self._said.startswith(heard, start):
                    continue
                if len(heard) < length and not final:
                    return ""  # it may be a repetition: wait for the rest
                if len(heard) == length and not final:
                    return ""  # whether its last word ends here shows with the next piece
                if len(heard) < length:
                    continue
            elif not heard.startswith(self._said[start:]):
                continue
            if self._is_repetition(start, heard, ends):
                whole = length
                break
        self._decided = True
        held, self._held = self._held, ""
        if whole:
            new = held[ends[whole - 1] :]
            if self._closed and new[:1] in CLOSING:
                new = new[1:]
            return self._joined(new, after_cut=True)
        return self._joined(held, after_cut=False)

    def _is_repetition(self, start: int, heard: str, ends: Sequence[int]) -> bool:
        """Digits alone say nothing: "four four" may be two fours. The end of what was said must be the end of
        a word of what is heard, or long enough to be the beginning of one."""
        repeated = self._said[start:]
        if not any(c.isalpha() for c in repeated):
            return False
        end = ends[len(repeated) - 1]
        cuts_a_word = end < len(self._held) and self._held[end].isalnum()
        if not cuts_a_word:
            return True
        return self._ends_in_word and len(repeated) >= PART_OF_A_WORD

    def _joined(self, text: str, *, after_cut: bool) -> str:
        """With the space that two words need: models that are told to go on begin without one."""
        if self._spaced:
            return text.lstrip()
        if after_cut or self._continues or not self._wants_space or not text[:1].isalnum():
            return text
        if self._ends_in_number and text[0].isdigit():  # "2." and "30"
            return text
        return f" {text}"


def _letters(text: str, *, ends: bool = False) -> tuple[str, list[int]]:
    """Its letters and digits in small, and for each where in the text it stands (`ends`: where it ends)."""
    found, places = [], []
    for place, character in enumerate(text):
        if character.isalnum():
            for folded in character.casefold():
                found.append(folded)
                places.append(place + 1 if ends else place)
    return "".join(found), places


def _places(said: str, starts: Sequence[int], length: int) -> list[int]:
    """Where words begin near the end, and sentences before, the earliest first: indices into the letters."""
    near = len(said) - NEAR
    found = []
    for index, place in enumerate(starts):
        begins_word = place == 0 or not said[place - 1].isalnum()
        begins_sentence = index == 0 or said[:place].rstrip()[-1:] in ".!?:;"
        if begins_word and (place >= near or begins_sentence):
            found.append(index)
    return found[:1] + found[1:][-MOST_PLACES:] if length else []
