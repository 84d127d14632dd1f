"""One utterance in a worker: what was heard of it, how surely, and what else it may have been."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any, Protocol

import pocketsphinx

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.stt.pocketsphinx.comparing import LONGEST_BYTES, Comparing
from pipelines.engines.stt.pocketsphinx.level import Level
from pipelines.engines.stt.pocketsphinx.rejection import (
    LOG_SCALE,
    SURE_AS_IT_STANDS,
    Against,
    Belief,
    Scores,
    evidence,
    quiet_within_first,
    verdict,
    wanted,
)
from pipelines.engines.stt.pocketsphinx.rival import Rival, RivalSearch
from pipelines.engines.stt.pocketsphinx.search import best_log, best_spans, best_text, posterior, posteriors
from pipelines.engines.stt.pocketsphinx.sounds import nearest

LEAD_IN_MS = 200
"""Silence before each utterance: a word at the very first frame is often lost."""
SETTLED_FRAMES = 6
"""10 ms frames since the last word, after which its rival is looked for while the caller may still go on."""
REPEATED_BYTES = 2 * 16 * 120
"""A piece of what is heard once more."""


class Pair(Protocol):
    """A decoder for words and one for phones, both in the utterance."""

    words: pocketsphinx.Decoder
    phones: pocketsphinx.Decoder
    heard: bytearray

    def start(self, mean: str) -> None: ...

    def hear(self, pcm: bytes) -> None: ...

    def repeat(self, pcm: bytes) -> None: ...

    def end(self) -> None: ...


class Ear:
    """One utterance on one pair of decoders, which it gives back when it is closed."""

    def __init__(
        self,
        pair: Pair,
        grammar: JsgfGrammar | None,
        mean: str,
        rivals: Callable[[], RivalSearch],
        give_back: Callable[[], None],
        noise_db: float | None = None,
        *,
        choice: bool = False,
    ) -> None:
        """`mean`: cepstral, that the pair began with; `noise_db`: of the line, in dBFS, where it is known;
        `choice`: see `Grammar`, the phones are not heard then."""
        self._pair = pair
        self._grammar = grammar
        self._mean = mean
        self._rivals = rivals
        self._give_back = give_back
        self._noise_db = noise_db
        self._choice = choice
        self._level = Level()
        self._comparing: Comparing | None = None
        if grammar is not None and not choice:
            self._comparing = Comparing(rivals, grammar, mean)
        self._open = True
        self._skipped_ms = 0
        """Of the quiet that was left out before the first word."""
        self._again: Generator[None, None, None] | None = None
        """All is heard once more without it; once the utterance has ended."""
        self.evidence: Scores | None = None
        """What the final was judged by."""

    def hear(self, pcm: bytes) -> None:
        """int16 audio of any whole number of samples."""
        self._level.hear(pcm)
        self._pair.hear(pcm)

    def text(self) -> str:
        """What was heard so far."""
        return best_text(self._pair.words)

    def partial(self, text: str) -> dict[str, Any]:
        """The fields of a partial result."""
        if self._choice:
            return {"text": text}
        return self._judged(text)[0]

    def weigh(self, *, hurry: bool = False) -> bool:
        """End the utterance, and do a piece of the work that its final needs: a long answer must not keep all
        other callers waiting. True once `final`, in as much of a `hurry`, takes no more time."""
        self._end()
        if self._again is None:
            self._again = self._without_quiet()
        for _ in self._again:
            return False
        if hurry:
            return True
        if self._comparing is not None and self._comparing.taken:
            return not self._wanted(self.text())
        return not self._compare(self.text(), awaited=True)

    def final(self, *, hurry: bool = False) -> dict[str, Any]:
        """End the utterance: the fields of the final result. In a `hurry` it is judged by what is known."""
        self._end()
        for _ in self._again or self._without_quiet():
            pass
        text = self.text()
        if self._choice:
            complete = bool(text) and self._grammar is not None and self._grammar.judge(text.split())[0]
            return {"text": text, "complete": complete, "understood": complete}
        while not hurry and self._compare(text, awaited=True):
            pass
        fields, seen = self._judged(text)
        whole = fields["complete"] or (self._grammar is None and bool(text))
        fields["understood"] = whole and seen.understood
        pending = hurry and seen.confidence < SURE_AS_IT_STANDS and self._wanted(text) is not None
        fields["doubtful"] = fields["understood"] and (seen.doubtful or pending)
        fields["alternatives"] = list(seen.alternatives)
        fields["words"] = self._words()
        if not whole and not fields["hanging"]:
            fields["confidence"] = 0.0
        return fields

    def muse(self) -> bool:
        """Use time in which nothing is to be done; whether it was of use. Once words are followed by silence
        they are compared with others as far as is needed: that it is known when the final is wanted."""
        if self._comparing is None or not self._open:
            return False
        text = self.text()
        if not text or not self._comparing.free:
            return False
        if not self._comparing.goes_on(text, self._pair.heard) and not self._settled():
            return False
        return self._compare(text, awaited=False)

    def rival(self, against: Against) -> Rival | None:
        """The best of what was not heard, once it is known."""
        known = self._comparing.rivals(self.text(), self._pair.heard) if self._comparing is not None else {}
        return known.get(against)

    def close(self) -> None:
        """Give the decoders back; the utterance is forgotten."""
        self._end()
        if self._again is not None:
            self._again.close()
        if self._comparing is not None:
            self._comparing.close()
        self._give_back()

    # ---- inside

    def _judged(self, text: str) -> tuple[dict[str, Any], Belief]:
        if self._grammar is None:
            complete, extensible = False, True
        else:
            complete, extensible = self._grammar.judge(text.split())
        self.evidence = self._evidence(text)
        seen = verdict(self.evidence, free=self._grammar is None) if text else Belief()
        begun = bool(text) and extensible and not complete and self._grammar is not None
        fields = {
            "text": text,
            "confidence": seen.confidence,
            "complete": complete and bool(text),
            "extensible": extensible,
            "hanging": begun and seen.understood,
        }
        return fields, seen

    def _evidence(self, text: str) -> Scores:
        scale = LOG_SCALE if self._grammar else 1.0
        found = evidence(
            list(best_spans(self._pair.words, scale)),
            list(best_spans(self._pair.phones, LOG_SCALE)),
            self._level.above_noise(self._noise_db),
        )
        words, sounds = text.split(), self._rivals().sounds
        found = replace(found, sounds=sum(len(said[0]) for said in map(sounds, words) if said))
        if self._grammar is None:
            return replace(found, posterior=posterior(self._pair.words))
        other, rest = self.rival(Against.GRAMMAR), self.rival(Against.ALL)
        return replace(
            found,
            nearest=nearest(self._grammar, words, sounds),
            odds=self._grammar.odds(words),
            other="" if other is None else other.text,
            other_odds=0.0 if other is None else self._grammar.odds(other.text.split()),
            over_other=None if other is None else other.margin,
            over_rest=None if rest is None else rest.margin,
        )

    def _settled(self) -> bool:
        """The last word is over, and silence since."""
        last = None
        for span in best_spans(self._pair.words):
            if span.is_word:
                last = span
        return last is not None and self._pair.words.n_frames() - last.end > SETTLED_FRAMES

    def _compare(self, text: str, *, awaited: bool) -> bool:
        """A piece of the comparison that is needed now; False when none is."""
        if self._comparing is None:
            return False
        if not self._comparing.goes_on(text, self._pair.heard):
            against = self._wanted(text)
            if against is None:
                return False
            if not self._comparing.begin(against, text, best_log(self._pair.words), self._pair.heard):
                return False
        self._comparing.advance(awaited=awaited)
        return True

    def _wanted(self, text: str) -> Against | None:
        """What the text is to be compared with next."""
        if not text or self._comparing is None:
            return None
        known = frozenset(self._comparing.rivals(text, self._pair.heard))
        return wanted(known, self._judged(text)[1])

    def _words(self) -> list[tuple[str, int, int, float | None]]:
        """The words, where they lie, in ms of the audio that was heard, and how sure each is, where a lattice
        tells."""
        sure = posteriors(self._pair.words) if self._grammar is None else None
        return [
            # A dictionary writes a word's second pronunciation as word(2).
            (
                span.label.partition("(")[0],
                max(0, 10 * span.start - LEAD_IN_MS) + self._skipped_ms,
                10 * span.end + 10 - LEAD_IN_MS + self._skipped_ms,
                sure.get(span.start) if sure is not None else None,
            )
            for span in best_spans(self._pair.words)
            if span.is_word
        ]

    def _end(self) -> None:
        if self._open:
            self._open = False
            self._pair.end()

    def _without_quiet(self) -> Generator[None, None, None]:
        """Where the first word has taken the quiet before it for its own beginning ("two" is "thirteen" then)
        all is heard once more without that, a piece at a time."""
        heard = bytes(self._pair.heard)
        if self._grammar is None or self._choice or len(heard) > LONGEST_BYTES:
            return
        frames = quiet_within_first(best_spans(self._pair.words), best_spans(self._pair.phones))
        skipped = 10 * frames - LEAD_IN_MS
        if skipped <= 0:
            return
        self._skipped_ms = skipped
        self._pair.start(self._mean)
        try:
            for at in range(2 * 16 * 10 * frames, len(heard), REPEATED_BYTES):
                self._pair.repeat(heard[at : at + REPEATED_BYTES])
                yield
        finally:
            self._pair.end()
