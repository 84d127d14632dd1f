"""One utterance's comparisons with what else it may have been: made as far as its answer needs them.

First with the other sentences of its grammar, which takes a fortieth of the time that the words last and
tells "fifteen" from "fifty"; then, where it is still not sure, with everything else, which takes a tenth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.stt.pocketsphinx.rejection import Against
from pipelines.engines.stt.pocketsphinx.rival import MOST_PLACES, Comparison, Rival, RivalSearch

STALE_BYTES = 2 * 16 * 700
"""A comparison over this much less than the whole utterance is made anew."""
LONGEST_BYTES = 2 * 16 * 8_000
"""What is longer is compared with nothing, and is not heard once more: other callers wait for the worker
meanwhile, and no answer to a question with a grammar takes eight seconds."""


class Comparing:
    """Of one utterance, whose text may still change."""

    def __init__(self, search: Callable[[], RivalSearch], grammar: JsgfGrammar, mean: str) -> None:
        """`search`: the worker's only one; `mean`: cepstral, that the utterance began with."""
        self._search = search
        self._grammar = grammar
        self._mean = mean
        self._made: dict[Against, Comparison] = {}
        self._now: Comparison | None = None
        """The newest."""
        self._impossible = False

    def rivals(self, text: str, heard: bytearray) -> Mapping[Against, Rival]:
        """What is known of this text's over (nearly) all that was heard."""
        return {
            against: made.rival
            for against, made in self._made.items()
            if made.rival is not None and _covers(made, text, heard)
        }

    def goes_on(self, text: str, heard: bytearray) -> bool:
        """The newest is about this text, and not done."""
        now = self._now
        return now is not None and now.rival is None and not now.lost and _covers(now, text, heard)

    @property
    def taken(self) -> bool:
        """Another utterance has the search, whose final is awaited: nobody takes it from that one."""
        user = self._search().user
        return user is not None and user is not self._now and user.awaited

    @property
    def free(self) -> bool:
        """No other utterance has the search."""
        user = self._search().user
        return user is None or user is self._now

    def begin(self, against: Against, text: str, log: float, heard: bytearray) -> bool:
        """Take the search; False where there is nothing to compare with. `log`: the text's likelihood."""
        self.close()
        if self._impossible or self._grammar.size > MOST_PLACES or len(heard) > LONGEST_BYTES:
            return False
        try:
            self._now = self._made[against] = Comparison(
                self._search(), self._grammar, text, log, heard, self._mean, against
            )
        except (RuntimeError, ValueError):  # a word that it cannot say: then nothing is known of rivals
            self._impossible = True
            return False
        return True

    def advance(self, *, awaited: bool) -> None:
        """A piece more of the newest."""
        if self._now is not None:
            self._now.awaited = awaited
            self._now.advance()

    def close(self) -> None:
        """The search is another's."""
        if self._now is not None:
            self._now.close()


def _covers(comparison: Comparison, text: str, heard: bytearray) -> bool:
    """It is, or will be, about this text and about as good as all that was heard."""
    return comparison.text == text and comparison.end >= len(heard) - STALE_BYTES
