"""What a grammar gives a recogniser that knows none: the words it may expect, and a verdict on what it
wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.jsgf_document import GrammarError

HINTS = 60
"""Words, at most: what a prompt has more of it takes from the answer."""


class GrammarView:
    """One utterance's. `told`: of the request's OPEN, {"name", "jsgf", ...}; None: open speech. One that
    cannot be read is none: this recogniser can do without."""

    def __init__(self, told: Mapping[str, Any] | None) -> None:
        self._grammar: JsgfGrammar | None = None
        self.hints = ""
        """Its words, in the order in which it has them."""
        document = str(told.get("jsgf", "")) if told else ""
        if not document:
            return
        try:
            self._grammar = JsgfGrammar(document)
        except GrammarError:
            return
        words = self._grammar.words
        written = dict.fromkeys(each for each in re.findall(r"[^\s|()\[\]{};*+]+", document) if each in words)
        self.hints = " ".join([*written, *sorted(words - set(written))][:HINTS])

    @property
    def spells(self) -> bool:
        """Numbers are words in it: digits would fit nowhere."""
        return self._grammar is not None and not any(each.isdecimal() for each in self.hints)

    def verdict(self, text: str) -> dict[str, Any]:
        """`complete` and `extensible` of SttResult; nothing without a grammar."""
        if self._grammar is None:
            return {}
        words = re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)*", text.lower())
        complete, extensible = self._grammar.judge([word.replace("\u2019", "'") for word in words])
        return {"complete": complete and bool(words), "extensible": complete and extensible}
