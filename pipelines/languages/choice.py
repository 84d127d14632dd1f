"""When a call goes on in another language: by what the caller is heard to speak, or asks for. Pure.

    heard     utterances that surely are in another language are counted; two that agree, or one long and
              very sure one, change it. One in the present language, surely, sets the count to nothing.
    wished    the caller, a key, or the model on the caller's behalf has asked for it: at once
    lost      nothing is understood right after a change: it was none that the caller wanted

One foreign word, a name or an "ok" counts for nothing. Each change makes the next by hearing alone harder,
and so does a wish: who mixes languages is not thrown to and fro.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from pipelines.languages.detecting import DetectedLanguage
from pipelines.languages.tags import offered, same_language

Why: TypeAlias = Literal["heard", "asked", "key", "model", "not understood"]

SURE = 0.6
"""Of probability: an utterance that counts."""
VERY_SURE = 0.8
FEWEST_WORDS = 2
"""Fewer are no sentence: an answer, a name, a greeting."""
LONG_WORDS = 6
AGREEING = 2
AFTER_WISH = 4
"""Who asked for a language has to be heard so often in another."""
LOST = 2
"""So many utterances in a row that were not understood, from a change on."""
_UNSPACED = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_][\w'\u0900-\u0963\u2019-]*")


@dataclass(frozen=True, slots=True)
class LanguageChange:
    """The call goes on in this language."""

    language: str
    """One of those offered."""
    before: str
    why: Why


@dataclass(frozen=True, slots=True)
class _State:
    language: str
    other: str = ""
    """In which the last utterances that tell were, ..."""
    agreeing: int = 0
    """... and how many."""
    needed: int = AGREEING
    left: str = ""
    """What was spoken before the last change, until something is understood after it."""
    lost: int = 0


class LanguageChoice:
    """Of one call. `offered`: the tags of all languages in which it may go on; `language`: in which it
    begins."""

    def __init__(self, language: str, languages: Sequence[str]) -> None:
        self.offered = tuple(dict.fromkeys([language, *languages]))
        self._state = self._before = _State(language)
        """Now, and before the last utterance: it may be amended."""

    @property
    def language(self) -> str:
        """The present one."""
        return self._state.language

    def said(
        self, text: str, heard: DetectedLanguage | None, *, understood: bool = True, amends: bool = False
    ) -> LanguageChange | None:
        """The caller has said something. `heard`: in which language that seems to be, None where nobody can
        tell. `amends`: in the place of the last utterance."""
        if amends:
            self._state = replace(self._before, language=self._state.language, needed=self._state.needed)
        self._before = self._state
        if not understood:
            return self._nothing_understood()
        if self._state.left:
            self._state = replace(self._state, left="", lost=0)
        words = words_in(text)
        if heard is None or heard.probability < SURE or words < FEWEST_WORDS:
            return None
        if same_language(heard.language, self.language):
            self._state = replace(self._state, other="", agreeing=0)
            return None
        other = offered(heard.language, self.offered)
        state = self._state
        agreeing = state.agreeing + 1 if other and other == state.other else 1
        self._state = state = replace(state, other=other, agreeing=agreeing if other else 0)
        if not other:
            return None
        long = words >= LONG_WORDS and heard.probability >= VERY_SURE and state.needed <= AGREEING
        if not long and state.agreeing < state.needed:
            return None
        return self._change(other, "heard", state.needed + 1)

    def wish(self, tag: str, why: Why) -> LanguageChange | None:
        """Somebody who may has asked for this language; None: it is none of those offered, or spoken
        already."""
        wanted = offered(tag, self.offered)
        if not wanted:
            return None
        if wanted == self.language or (same_language(tag, self.language) and tag not in self.offered):
            self._state = replace(self._state, other="", agreeing=0, needed=AFTER_WISH)
            return None
        return self._change(wanted, why, AFTER_WISH)

    def _nothing_understood(self) -> LanguageChange | None:
        if not self._state.left:
            return None
        self._state = replace(self._state, lost=self._state.lost + 1)
        if self._state.lost < LOST:
            return None
        change = self._change(self._state.left, "not understood", AFTER_WISH)
        self._state = replace(self._state, left="")
        return change

    def _change(self, language: str, why: Why, needed: int) -> LanguageChange:
        before = self.language
        self._state = self._before = _State(language, needed=needed, left=before)
        return LanguageChange(language, before, why)


def words_in(text: str) -> int:
    """Words, or what stands for one in a language without spaces: two signs."""
    signs = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + signs // 2
