"""What a row of `agents` may set of turn-taking, in milliseconds where its name ends so; the rest stays as
usual.

suspect_ms     silence after which the recogniser is asked whether the caller has finished
whole_ms       silence that ends what is whole ("at half past two"), ...
open_ms        ... what may get more words, ...
nothing_ms     ... what was not understood, ...
hanging_ms     ... and what hangs in the air ("and"); these three adapt to how the caller pauses
dismiss_ms     ... and what interrupts the agent without being understood
cough_ms       speech shorter than this with nothing understood is no answer
sensitivity    "low", "medium" or "high": how readily a sound interrupts the agent; "low" waits for words,
               or for speech that lasts
decide_ms      so long after it began a sound that is speech interrupts the agent
take_floor_ms  speech this long does, whatever it sounds like
noises         after so many dismissed interruptions in a row only what is understood stops the agent
listen_first_ms  whom we call has so long to speak first; 0: the agent does
utterance_ms   a longer utterance is recognised in pieces, which the agent gets as one ...
monologue_ms   ... when the caller has finished, or after this long
tail_ms        speech that begins so soon after an utterance that was taken belongs to it; 0: none does
thinking_ms    the longest thought of the agent
on_hold_ms     music on hold at the other end is waited through for so long
filler_ms      after so much silence the caller hears "One moment, please." or the like; 0: never
wake_word      "computer", or a list of phrases: the agent listens only after it (see `wake_word`) ...
awake_ms       ... and sleeps again after so long without a word of either side
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from mediaserver.errors import ConfigError
from mediaserver.known_keys import check_known_key
from pipelines.conversation.interruption import Sensitivity
from pipelines.conversation.timing import Limits, Waits
from pipelines.conversation.turn import Turn
from pipelines.conversation.wake_word import AWAKE_MS, Wakefulness, WakeWord
from pipelines.engines.protocols import FINAL_WITHIN_S

SENSITIVITY = "sensitivity"
WAKE_WORD, AWAKE = "wake_word", "awake_ms"
RANGES: dict[str, tuple[int, int]] = {
    "suspect_ms": (40, 1_000),
    "whole_ms": (40, 10_000),
    "open_ms": (40, 10_000),
    "nothing_ms": (40, 10_000),
    "hanging_ms": (40, 10_000),
    "dismiss_ms": (40, 10_000),
    "cough_ms": (0, 2_000),
    "decide_ms": (100, 5_000),
    "take_floor_ms": (100, 5_000),
    "listen_first_ms": (0, 10_000),
    "noises": (1, 1_000),
    "utterance_ms": (1_000, 20_000),
    "monologue_ms": (1_000, 600_000),
    "tail_ms": (0, 2_000),
    "thinking_ms": (1_000, 120_000),
    "on_hold_ms": (0, 3_600_000),
    "filler_ms": (0, 20_000),
}
"""Least and greatest value of each key..."""
AWAKE_RANGE = (1_000, 600_000)
"""...and of `awake_ms`."""


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """Turn-taking as one agent wants it."""

    waits: Waits = field(default_factory=Waits)
    limits: Limits = field(default_factory=Limits)
    sensitivity: Sensitivity = Sensitivity.MEDIUM
    wake: WakeWord | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any], usual: TurnSettings | None = None) -> TurnSettings:
        """From the `turn` of a row; what it does not name is as `usual`. Raises ConfigError, which names the
        nearest key or the range."""
        usual = usual or cls()
        sensitivity = _sensitivity(row.get(SENSITIVITY, usual.sensitivity))
        wake = _wake(row, usual.wake)
        others = (SENSITIVITY, WAKE_WORD, AWAKE)
        told = {key: value for key, value in row.items() if key not in others}
        given = {_checked(key, value): value for key, value in told.items()}
        waits, limits = (
            {f.name: given[f.name] for f in fields(part) if f.name in given} for part in (Waits, Limits)
        )
        return cls(replace(usual.waits, **waits), replace(usual.limits, **limits), sensitivity, wake)

    @classmethod
    def taken_by(cls, turn: Turn) -> TurnSettings:
        """Those of a machine."""
        awake = turn.wakefulness
        return cls(turn.waits, turn.limits, turn.sensitivity, awake.word if awake is not None else None)

    def use_in(self, turn: Turn) -> None:
        """From now on."""
        turn.use(self.waits, self.limits, self.sensitivity)

    def turn(
        self,
        language: str,
        final_within_s: float = FINAL_WITHIN_S,
        *,
        partials_tell: bool = False,
        spots: bool = False,
    ) -> Turn:
        """The machine of one call in this language. `final_within_s`, `partials_tell`, `spots`: its
        recogniser's."""
        limits = replace(self.limits, final=round(1_000 * final_within_s))
        turn = Turn(
            self.waits,
            limits,
            language=language,
            sensitivity=self.sensitivity,
            partials_tell=partials_tell,
            spots=spots,
        )
        if self.wake is not None:
            turn.wakefulness = Wakefulness(self.wake)
        return turn


def _sensitivity(value: object) -> Sensitivity:
    """Raises ConfigError."""
    if value not in tuple(Sensitivity):
        known = ", ".join(Sensitivity)
        raise ConfigError(f"its turn has {SENSITIVITY} {value!r}, which is none of {known}")
    return Sensitivity(str(value))


def _wake(row: Mapping[str, Any], usual: WakeWord | None) -> WakeWord | None:
    """Raises ConfigError."""
    if AWAKE in row:
        _checked(AWAKE, row[AWAKE])
    awake_ms = row.get(AWAKE, usual.awake_ms if usual is not None else AWAKE_MS)
    if WAKE_WORD not in row:
        return replace(usual, awake_ms=awake_ms) if usual is not None else None
    given = row[WAKE_WORD]
    phrases = [given] if isinstance(given, str) and given else given
    if not phrases:
        return None
    if not isinstance(phrases, list | tuple) or not all(isinstance(each, str) for each in phrases):
        raise ConfigError(f"its turn has {WAKE_WORD} {given!r}, which is no word and no list of words")
    try:
        return WakeWord(tuple(phrases), awake_ms)
    except ValueError as error:
        raise ConfigError(f"its turn has {WAKE_WORD} {given!r}: {error}") from None


def _checked(key: str, value: object) -> str:
    """The field that a key sets. Raises ConfigError."""
    check_known_key("its turn", key, [*RANGES, SENSITIVITY, WAKE_WORD, AWAKE])
    low, high = RANGES.get(key, AWAKE_RANGE)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ConfigError(f"its turn has {key} {value!r}, which is no whole number from {low} to {high}")
    return key.removesuffix("_ms")
