"""The best of what was not heard: a second search over the same audio, which knows the other sentences of the
grammar, or everything but the winner.

Its score against the winner's tells how surely it was that, in a way that no score of the winner alone can:
noise and a strange voice lower both. (Scores are relative to the best sound that a search looks at, and this
one looks at more: a margin is no likelihood ratio, and 50 is little.) One search serves all utterances of a
worker, a piece at a time while nothing else is to be done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.stt.pocketsphinx.lexicon import Lexicon
from pipelines.engines.stt.pocketsphinx.network import rivals
from pipelines.engines.stt.pocketsphinx.rejection import Against
from pipelines.engines.stt.pocketsphinx.search import SILENCE, begin, best_log, best_text, new_decoder
from pipelines.engines.stt.pocketsphinx.sounds import Phones

STRANGER = "~"
"""Begins the label of a word that is none of the grammar's."""
STRANGERS = (
    *"a b c d e f g h i j k l m n o p q r s t u v w x y z".split(),
    *"what who where when why how hello hi hey sorry excuse pardon wait stop hold on moment please".split(),
    *"no yes okay right well maybe not don't can't can could would you me my we he she they is was".split(),
    *"the this that there here have has do did know think speak talk want need help person name".split(),
    *"good morning just about more time call hm um uh and but or of to for in with it thanks".split(),
)
"""Letters, and what people say who do not answer the question."""
PIECE_BYTES = 2 * SAMPLES_PER_MS * 120
MOST_PLACES = 4_000
"""A grammar with more has no rivals sought: that would take longer than a caller waits."""


@dataclass(frozen=True, slots=True)
class Rival:
    text: str
    """Empty when it is none of the grammar's sentences, nor the beginning of one."""
    margin: float
    """Score of the winner above its own, in natural log; inf when nothing else fits at all."""


class RivalSearch:
    """A decoder of its own and what it knows."""

    def __init__(self, pronunciations: Mapping[str, str], lexicon: Lexicon) -> None:
        self.decoder = new_decoder(pronunciations, bestpath=False, silprob=SILENCE)
        self._lexicon = lexicon
        self._known = {word.lower() for word in pronunciations}
        self._own = {word.lower(): phones for word, phones in pronunciations.items()}
        self._sounds: dict[str, tuple[Phones, ...]] = {}
        self._count = 0
        self._name = ""
        self.user: Comparison | None = None
        for word in dict.fromkeys(STRANGERS):
            self._learn(word, STRANGER)

    def prepare(self, grammar: JsgfGrammar, text: str, against: Against) -> None:
        """Search for all but `text` from now on. Raises RuntimeError or ValueError."""
        for word in sorted({word.lower() for word in grammar.words} - self._known):
            self._learn(word, "")
        if against is Against.GRAMMAR:
            net = rivals(grammar, text, broken_off=False)
        else:
            net = rivals(grammar, text, self._strangers(grammar))
        self._count += 1
        name, old = f"rival-{self._count}", self._name
        self.decoder.add_fsg(name, self.decoder.create_fsg(name, 0, net.states - 1, list(net.arcs)))
        self.decoder.activate_search(name)
        self._name = name
        if old:
            self.decoder.remove_search(old)

    def _strangers(self, grammar: JsgfGrammar) -> list[str]:
        """Those that sound like no word of the grammar."""
        taken = {phones for word in grammar.words for phones in self.sounds(word)}
        chosen = []
        for word in dict.fromkeys(STRANGERS):
            said = self.sounds(word)
            if said and not taken.intersection(said):
                chosen.append(STRANGER + word)
        return chosen

    def sounds(self, word: str) -> tuple[Phones, ...]:
        """Each way to say a word."""
        word = word.lower()
        if word not in self._sounds:
            own = [self._own[word]] if word in self._own else []
            found = own or [phones for _, phones in self._lexicon.pronunciations(word)]
            self._sounds[word] = tuple(tuple(phones.split()) for phones in found)
        return self._sounds[word]

    def _learn(self, word: str, mark: str) -> None:
        self._known.add(mark + word)
        for label, phones in self._lexicon.pronunciations(word):
            self.decoder.add_word(mark + label, phones, False)


class Comparison:
    """Of a text with its best rival over the audio that was heard so far. Takes the search from whoever had
    it: theirs is `lost`."""

    def __init__(
        self,
        search: RivalSearch,
        grammar: JsgfGrammar,
        text: str,
        log: float,
        audio: bytearray,
        mean: str,
        against: Against,
    ) -> None:
        """`log`: the winner's likelihood over `audio`, which only grows. Raises RuntimeError, ValueError."""
        self._search = search
        self.text = text
        self._log = log
        self._audio = audio
        self.end = len(audio)
        self._at = 0
        self.rival: Rival | None = None
        """Once it is found."""
        self.awaited = False
        """A final waits for it."""
        if search.user is not None:
            search.user.close()
        search.prepare(grammar, text, against)
        begin(search.decoder, mean)
        search.user = self

    @property
    def lost(self) -> bool:
        return self.rival is None and self._search.user is not self

    def advance(self) -> None:
        """A piece more."""
        if self.rival is not None or self.lost:
            return
        piece = bytes(memoryview(self._audio)[self._at : min(self._at + PIECE_BYTES, self.end)])
        self._search.decoder.process_raw(piece, False, False)
        self._at += len(piece)
        if self._at >= self.end:
            self.close()
            log, text = best_log(self._search.decoder), best_text(self._search.decoder)
            margin = math.inf if log == -math.inf else self._log - log
            self.rival = Rival("" if text.startswith(STRANGER) else text, margin)

    def close(self) -> None:
        if self._search.user is self:
            self._search.user = None
            self._search.decoder.end_utt()
