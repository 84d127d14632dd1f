"""One utterance in a worker: what was heard of it, how surely, and what else it may have been."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import pocketsphinx

from pipelines.engines.stt.pocketsphinx.jsgf import JsgfGrammar
from pipelines.engines.stt.pocketsphinx.level import Level
from pipelines.engines.stt.pocketsphinx.rejection import (
    LOG_SCALE,
    Belief,
    Scores,
    evidence,
    verdict,
    wants_rival,
)
from pipelines.engines.stt.pocketsphinx.rival import MOST_PLACES, Comparison, Rival, RivalSearch
from pipelines.engines.stt.pocketsphinx.search import best_log, best_spans, best_text, posterior
from pipelines.engines.stt.pocketsphinx.sounds import nearest

LEAD_IN_MS = 200
"""Silence before each utterance: a word at the very first frame is often lost."""
SETTLED_FRAMES = 6
"""10 ms frames since the last word, after which its rival is looked for while the caller may still go on."""
STALE_BYTES = 2 * 16 * 700
"""A comparison over this much less than the whole utterance is made anew."""


LONGEST_BYTES = 2 * 16 * 8_000
"""What is longer has no rival sought: other callers wait for the worker meanwhile, and no answer to a
question with a grammar takes eight seconds."""


class Pair(Protocol):
    """A decoder for words and one for phones, both in the utterance."""

    words: pocketsphinx.Decoder
    phones: pocketsphinx.Decoder
    heard: bytearray

    def hear(self, pcm: bytes) -> None: ...

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
        self._comparison: Comparison | None = None
        self._open = True
        self._needy: bool | None = None
        """The final needs a rival; None: that was not asked yet."""
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

    def weigh(self) -> bool:
        """End the utterance, and do a piece of the work that its final needs: a long answer must not keep all
        other callers waiting. True once `final` takes no more time."""
        text = self._end()
        if self._needy is None:
            unsure = bool(text) and wants_rival(self._judged(text)[1])
            self._needy = unsure and self._grammar is not None
        if not self._needy:
            return True
        now = self._comparison
        if now is None or not self._covers(now, text):
            user = self._rivals().user
            if user is not None and user.awaited:
                return False  # one after the other: nobody takes the search from who is waited for
            now = self._compare(text, best_log(self._pair.words))
            if now is None:
                self._needy = False
                return True
        now.awaited = True
        now.advance()
        return now.rival is not None

    def final(self) -> dict[str, Any]:
        """End the utterance: the fields of the final result."""
        text = self._end()
        if self._choice:
            complete = bool(text) and self._grammar is not None and self._grammar.judge(text.split())[0]
            return {"text": text, "complete": complete, "understood": complete}
        fields, seen = self._judged(text)
        rival = self._rival(text, needed=wants_rival(seen))
        if rival is not None:
            fields, seen = self._judged(text, rival)
        whole = fields["complete"] or (self._grammar is None and bool(text))
        fields["understood"] = whole and seen.understood
        fields["doubtful"] = fields["understood"] and seen.doubtful
        fields["alternatives"] = list(seen.alternatives)
        fields["words"] = self._words()
        if not whole and not fields["hanging"]:
            fields["confidence"] = 0.0
        return fields

    def muse(self) -> bool:
        """Use time in which nothing is to be done; whether it was of use. Once words are followed by silence
        their rival is looked for where it is needed: that it is known when the final is wanted."""
        if self._grammar is None or self._choice or not self._open:
            return False
        now = self._comparison
        if now is not None and now.rival is None and not now.lost:
            now.advance()
            return True
        if self._rivals().user is not None:
            return False
        text = self.text()
        if not text or not self._settled() or (now is not None and now.text == text):
            return False
        if not wants_rival(self._judged(text)[1]):
            return False
        return self._compare(text, best_log(self._pair.words)) is not None

    @property
    def rival(self) -> Rival | None:
        """The best of what was not heard, once it is known."""
        return None if self._comparison is None else self._comparison.rival

    def close(self) -> None:
        """Give the decoders back; the utterance is forgotten."""
        self._end()
        if self._comparison is not None:
            self._comparison.close()
        self._give_back()

    # ---- inside

    def _judged(self, text: str, rival: Rival | None = None) -> tuple[dict[str, Any], Belief]:
        if self._grammar is None:
            complete, extensible = False, True
        else:
            complete, extensible = self._grammar.judge(text.split())
        self.evidence = self._evidence(text, rival)
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

    def _evidence(self, text: str, rival: Rival | None) -> Scores:
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
        return replace(
            found,
            nearest=nearest(self._grammar, words, sounds),
            margin=None if rival is None else rival.margin,
            rival="" if rival is None else rival.text,
        )

    def _settled(self) -> bool:
        """The last word is over, and silence since."""
        last = None
        for span in best_spans(self._pair.words):
            if span.is_word:
                last = span
        return last is not None and self._pair.words.n_frames() - last.end > SETTLED_FRAMES

    def _compare(self, text: str, log: float) -> Comparison | None:
        assert self._grammar is not None
        if self._comparison is not None:
            self._comparison.close()
        if self._grammar.size > MOST_PLACES or len(self._pair.heard) > LONGEST_BYTES:
            return None
        try:
            self._comparison = Comparison(
                self._rivals(), self._grammar, text, log, self._pair.heard, self._mean
            )
        except (RuntimeError, ValueError):  # a word that it cannot say: then nothing is known of rivals
            self._comparison = None
        return self._comparison

    def _rival(self, text: str, *, needed: bool) -> Rival | None:
        """Of the final text: what was found while it was silent, or else only where it is `needed`. An answer
        that is sure without it shall not wait for it."""
        now = self._comparison
        if now is not None and self._covers(now, text):
            if needed:
                now.finish()
            return now.rival
        if not needed or not text or self._grammar is None:
            return None
        now = self._compare(text, best_log(self._pair.words))
        if now is None:
            return None
        now.finish()
        return now.rival

    def _covers(self, comparison: Comparison, text: str) -> bool:
        """It is, or will be, about this text and about as good as all that was heard."""
        known = not comparison.lost and comparison.text == text
        return known and comparison.end >= len(self._pair.heard) - STALE_BYTES

    def _words(self) -> list[tuple[str, int, int]]:
        """The words and where they lie, in ms of the audio that was heard."""
        return [
            # A dictionary writes a word's second pronunciation as word(2).
            (
                span.label.partition("(")[0],
                max(0, 10 * span.start - LEAD_IN_MS),
                10 * span.end + 10 - LEAD_IN_MS,
            )
            for span in best_spans(self._pair.words)
            if span.is_word
        ]

    def _end(self) -> str:
        """The text of the whole utterance."""
        if self._open:
            self._open = False
            self._pair.end()
        return self.text()
