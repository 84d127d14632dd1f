"""Whether a sound that the caller makes while the agent speaks is an interruption. Sans-I/O: levels, voice
probabilities, words and positions in; what to do about playout out.

Theory of operation
-------------------
One *contest* runs at a time. By energy alone the agent is ducked, within three frames; nothing is lost by it.
Then evidence is gathered for a quarter of a second (`Limits.decide`), less when the sound ends before.

    CALM --sound--> DUCKED --doubt--> PAUSED       (the caller may be speaking, and it cannot be told yet)
                    DUCKED, PAUSED --nothing--> PASSED --quiet--> CALM
                                                PASSED --sound--> DUCKED   (a voice lasts in it after all)
    any --bar--> BARRED --free--> CALM             (what is said now is not to be interrupted)
    any but BARRED --over--> CALM

A voice that goes on pauses the agent, as soon as it sounds like words (`WORDS_SAMPLES`). While it is not
known what was said nobody is kept in silence for longer than `PATIENCE`: then the agent goes on, ducked, and
still yields when it turns out that the caller wants something.

    PAUSED --patience--> DUCKED

A sound that is a voice, and no murmur, takes the floor. Where the recogniser's partial results tell what was
said, they decide in place of the sound: the agent waits for them, no longer than `Limits.take_floor`. Speech
that lasts that long takes the floor, whatever it is.

Another recogniser is asked about a sound (`ContestStep.SPOT`, see `word_check`): by their sound "okay" and
"right" are "wait" and "no". Speech that lasts is waited for longer where it began like a sign of listening.

Interruptions that came to nothing are counted (`fruitless`); after `Limits.noises` of them sounds alone
neither duck nor stop the agent, only words that are understood do. Quiet makes up for them, one every eight
seconds.

It must never decide what was said in an utterance that is over: `turn` does.
"""

from __future__ import annotations

import enum
from collections import Counter

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.caller_sound import CallerSound
from pipelines.conversation.contest import (
    CONTEST,
    UNDECIDED,
    ContestFigures,
    ContestOutcome,
    ContestPhase,
    ContestStep,
    Sign,
)
from pipelines.conversation.interruption_model import murmur_odds, speech_odds
from pipelines.conversation.machine import Machine
from pipelines.conversation.own_words import OwnWords, words_of
from pipelines.conversation.sound_shape import Shape
from pipelines.conversation.timing import Limits
from pipelines.conversation.word_check import TakenFor, WordCheck

SOUND_FRAMES = 2
"""In a row make a sound: a click is none."""
FRAME_MS = FRAME_SAMPLES // SAMPLES_PER_MS
PAUSE_SAMPLES = 120 * SAMPLES_PER_MS
"""After so long of a voice the agent falls silent, ..."""
WORDS_SAMPLES = 200 * SAMPLES_PER_MS
"""... after so long of what sounds like words, where the recogniser is asked what they are: one who murmurs
or coughs hears no more than that the agent gets quieter."""
PATIENCE = 260 * SAMPLES_PER_MS
"""For so long. With the frame at hand and what is on its way it is 300 ms that the caller hears nothing."""
HEARD_OUT = 900 * SAMPLES_PER_MS
"""Of voice: so long is waited for the end of what began like a sign of listening."""
ENDED_FRAMES = 4
"""Of quiet in a row end one."""
FORGIVEN_SAMPLES = 8_000 * SAMPLES_PER_MS
"""So much quiet makes up for a fruitless interruption."""
ENDLESS_SAMPLES = 8_000 * SAMPLES_PER_MS
"""Nobody speaks so long without a pause, or says nothing in it that is understood."""


class Sensitivity(enum.StrEnum):
    """How readily the agent lets itself be interrupted."""

    LOW = "low"
    """By speech that lasts, and by words that are understood."""
    MEDIUM = "medium"
    HIGH = "high"
    """By anything that may be speech."""


MARGINS = {Sensitivity.LOW: 1.0, Sensitivity.MEDIUM: 0.0, Sensitivity.HIGH: -1.0}
"""Log odds above which a sound is believed to be speech."""


ONCE_NOISE = 1.0
"""More is needed of an utterance that has sounded like noise before: people in the background are asked about
again and again."""
ENOUGH = 200
"""ms of a sound tell something about it."""
MURMUR_MARGIN = 0.5
"""Log odds from which speech is a murmur: to talk over "stop" is worse than to stop for "mhm"."""


SURE_MURMUR = 2.0
"""Of one that has not ended."""
UNKNOWN_MURMUR = -1.0
"""Of one that has ended, and in which the recogniser finds no word at all, ..."""
BEGUN_MURMUR = -2.2
"""... or only half a sign of listening: "uh", "all"."""


class Contest:
    """Of one call. Positions (`t`) are the session's, in 16 kHz samples, just after the frame at hand."""

    def __init__(
        self,
        limits: Limits,
        ignored: Counter[str],
        words: OwnWords,
        sensitivity: Sensitivity = Sensitivity.MEDIUM,
        *,
        partials_tell: bool = False,
        spots: bool = False,
    ) -> None:
        """`spots`: there is a recogniser to be asked about short sounds."""
        self._limits = limits
        self._words = words
        self._sensitivity = sensitivity
        self._partials_tell = partials_tell
        self._may_spot = spots and not partials_tell
        self._check = WordCheck()
        self._paused_at: int | None = None
        """When the agent fell silent for the present sound; it does so once."""
        self._machine = Machine(CONTEST, ContestPhase.CALM, ignored)
        self._sound = CallerSound()
        self._began = 0
        """Where the sound began, ..."""
        self._ducked_at = 0
        """... and where playout was ducked or paused for it."""
        self._heard = ""
        """The newest words of the present utterance."""
        self.dismissed: ContestOutcome | None = None
        """What the present utterance was last taken for, while it was no interruption."""
        self._calm = 0
        """Samples of quiet that have not yet made up for anything."""
        self.fruitless = 0
        """Interruptions that came to nothing."""

    def go_on_in(self, words: OwnWords) -> None:
        """The call goes on in another language, about whose short words no recogniser is asked."""
        self._words, self._may_spot = words, False

    def use(self, limits: Limits, sensitivity: Sensitivity) -> None:
        """Decide so from now on."""
        self._limits, self._sensitivity = limits, sensitivity

    @property
    def phase(self) -> ContestPhase:
        return self._machine.state

    @property
    def undecided(self) -> bool:
        return self.phase in UNDECIDED

    @property
    def hardened(self) -> bool:
        """So much noise that only words stop the agent."""
        return self.fruitless >= self._limits.noises

    @property
    def weighing(self) -> bool:
        """Shapes of frames are wanted."""
        return self._sound.run > 0 or self.phase in UNDECIDED

    def figures(self, t: int) -> ContestFigures | None:
        """Of the contest that is decided now; None when there is none."""
        if self.phase in (ContestPhase.CALM, ContestPhase.BARRED):
            return None
        ducked = (self._ducked_at - self._began) / SAMPLES_PER_MS
        return ContestFigures(max(0.0, ducked), max(0.0, (t - self._began) / SAMPLES_PER_MS))

    # ---- what is heard

    def frame(self, level: float, floor: float, shape: Shape | None = None, echo: float = 0.0) -> None:
        """One more frame: its level and the noise floor in dBFS, and how likely it is our own voice."""
        if not self._sound.frame(level, floor, shape, echo):
            self._forgive()
        if self.phase is ContestPhase.CALM and not self._sound.run:
            self._sound.forget()

    def voice(self, probability: float) -> None:
        """One more chunk of the voice detector."""
        self._sound.evidence.voice(probability)

    def says(self, text: str) -> None:
        """What the recogniser has understood so far, where that tells."""
        if self._partials_tell:
            self._heard = text

    @property
    def _spots(self) -> bool:
        return self._may_spot and self._sensitivity is Sensitivity.MEDIUM

    @property
    def words_tell(self) -> bool:
        """What the recogniser has understood was said, whatever it sounded like."""
        return self._partials_tell

    @property
    def question(self) -> int:
        """The number of what the recogniser is asked."""
        return self._check.question

    def asked_of(self, t: int) -> int:
        """Frames since the sound began."""
        return (t - self._began) // FRAME_SAMPLES

    def asks(self, t: int) -> bool:
        """The recogniser is about to say what the sound is."""
        return self.undecided and self._check.asks(t, self._sound.still)

    @property
    def listens(self) -> bool:
        """The recogniser took the last sound for a sign of listening."""
        return self._check.newest is TakenFor.LISTENS

    def spotted(self, question: int, heard: TakenFor) -> bool:
        """The answer; False: it comes too late."""
        return self.undecided and self._check.answer(question, heard)

    def heard_out(self, understood: bool) -> None:
        """An utterance is over."""
        self._sound.heard_out(understood)
        if understood:
            self.fruitless = 0

    # ---- what is decided

    def begin(self, t: int) -> ContestStep | None:
        """The agent speaks: a sound is a reason to duck."""
        if self.phase is not ContestPhase.CALM or self._sound.run < SOUND_FRAMES or self.hardened:
            return None
        self._open(Sign.SOUND, t, t - self._sound.run * FRAME_SAMPLES)
        return ContestStep.DUCK

    def onset(self, t: int, began: int, *, silent: bool) -> ContestStep | None:
        """The caller's voice was made out, from `began` on. `silent`: nothing of ours sounds yet, and nothing
        is to begin while he speaks."""
        self._heard, self.dismissed = "", None
        if self.phase is ContestPhase.BARRED or (self.hardened and not silent):
            return None
        if self.phase not in UNDECIDED:
            self._open(Sign.DOUBT if silent else Sign.SOUND, t, began)
            return ContestStep.PAUSE if silent else ContestStep.DUCK
        if not silent or self.phase is ContestPhase.PAUSED:
            return None
        return self._pause(t)

    def decide(self, t: int, voiced: int) -> ContestOutcome | ContestStep | None:
        """What is to be done now; `voiced`: samples of the caller's voice in the present utterance, 0 when
        there is none. Outcomes are TAKEN, BACKCHANNEL and NOISE."""
        ended = self._sound.still >= ENDED_FRAMES
        if self.phase is ContestPhase.BARRED or self.hardened:
            return None
        if self._heard and voiced and not self._words.hesitations.issuperset(words_of(self._heard)):
            if not self._words.is_backchannel(self._heard):
                return ContestOutcome.TAKEN
            if self.undecided:
                return ContestOutcome.BACKCHANNEL
        match self.phase:
            case ContestPhase.DUCKED | ContestPhase.PAUSED:
                return self._weigh(t, voiced, ended)
            case ContestPhase.PASSED if ended:
                self._machine.move(Sign.QUIET)
            case ContestPhase.PASSED if self._sound.evidence.loud >= self._limits.take_floor // FRAME_MS:
                return self._reconsider(voiced)
            case _:
                pass
        return None

    def _weigh(self, t: int, voiced: int, ended: bool) -> ContestOutcome | ContestStep | None:
        elapsed = t - self._began
        listens = self._check.midway in (TakenFor.LISTENS, TakenFor.BEGUN)
        lasting = HEARD_OUT if listens else self._limits.take_floor * SAMPLES_PER_MS
        if voiced >= lasting and elapsed >= ENOUGH * SAMPLES_PER_MS:
            # What lasts is somebody speaking, unless it never sounded like it.
            lasts = speech_odds(self._sound.evidence) >= min(0.0, MARGINS[self._sensitivity]) + self._again
            return ContestOutcome.TAKEN if lasts else ContestOutcome.NOISE
        if not ended and elapsed < self._limits.decide * SAMPLES_PER_MS:
            early = elapsed >= (WORDS_SAMPLES if self._spots else PAUSE_SAMPLES)
            return self._wait(t) if early and self._like_words(voiced) else None
        margin = MARGINS[self._sensitivity] + self._again
        if not voiced or speech_odds(self._sound.evidence) < margin:
            return ContestOutcome.NOISE
        murmur = murmur_odds(self._sound.evidence) + margin
        if murmur > (MURMUR_MARGIN if ended else SURE_MURMUR):
            return ContestOutcome.BACKCHANNEL
        if self._partials_tell or self._sensitivity is Sensitivity.LOW:
            # Words are to tell, or how long it lasts.
            return None if ended and self.phase is ContestPhase.DUCKED else self._wait(t)
        if self._spots:
            return self._spot(t, elapsed)
        return ContestOutcome.TAKEN if ended or murmur <= MURMUR_MARGIN else self._wait(t)

    def _spot(self, t: int, elapsed: int) -> ContestOutcome | ContestStep | None:
        """Speech, as far as its sound tells: perhaps a word of somebody who listens."""
        match self._check.verdict(t, self._sound.still):
            case TakenFor.LISTENS:
                return ContestOutcome.BACKCHANNEL
            case TakenFor.WANTS:
                return ContestOutcome.TAKEN
            case TakenFor.UNKNOWN | TakenFor.BEGUN as heard:
                least = BEGUN_MURMUR if heard is TakenFor.BEGUN else UNKNOWN_MURMUR
                murmurs = murmur_odds(self._sound.evidence) > least
                return ContestOutcome.BACKCHANNEL if murmurs else ContestOutcome.TAKEN
            case None:
                asks = self._check.due(t, elapsed, self._sound.still)
                return ContestStep.SPOT if asks else self._wait(t)

    def _like_words(self, voiced: int) -> bool:
        """Early on: it is a voice, and no murmur."""
        if not voiced or not self._spots:
            return voiced > 0
        margin, heard = MARGINS[self._sensitivity] + self._again, self._sound.evidence
        return speech_odds(heard) >= margin and murmur_odds(heard) <= MURMUR_MARGIN

    def _reconsider(self, voiced: int) -> ContestOutcome | None:
        """A sound that was taken for noise has gone on for so long."""
        speech = speech_odds(self._sound.evidence)
        self._sound.forget()
        lasts = voiced >= self._limits.take_floor * SAMPLES_PER_MS
        margin = min(0.0, MARGINS[self._sensitivity]) + self._again
        return ContestOutcome.TAKEN if lasts and speech >= margin else None

    @property
    def _again(self) -> float:
        """By how much more it must sound like speech than at first."""
        return ONCE_NOISE if self.dismissed is ContestOutcome.NOISE else 0.0

    def _wait(self, t: int) -> ContestStep | None:
        """It cannot be told yet: be silent until it can, within limits."""
        if self.phase is not ContestPhase.PAUSED:
            if self._paused_at is not None:
                return None
            return self._pause(t)
        wants = self._check.newest is TakenFor.WANTS
        if self._paused_at is None or t - self._paused_at < PATIENCE or wants:
            return None
        self._machine.move(Sign.PATIENCE)
        return ContestStep.GO_ON

    def _pause(self, t: int) -> ContestStep:
        self._machine.move(Sign.DOUBT)
        self._paused_at = t
        return ContestStep.PAUSE

    # ---- how it ends

    def dismiss(self, outcome: ContestOutcome, voiced: int) -> ContestOutcome:
        """It was none; the sound may go on. What it has come to, with regard to what was done about it."""
        paused = self.phase is ContestPhase.PAUSED
        if outcome is not ContestOutcome.BACKCHANNEL and (paused or voiced):
            self.fruitless += 1
            self._calm = 0
        self._machine.move(Sign.NOTHING)
        self._sound.forget()
        self.dismissed = outcome
        return ContestOutcome.RESUMED if paused and outcome is ContestOutcome.NOISE else outcome

    def over(self) -> None:
        """Nothing of ours sounds any more, or the caller has the floor."""
        if self.phase is not ContestPhase.BARRED:
            self._machine.move(Sign.OVER)
        self._heard = ""

    def fail(self, voiced: int) -> None:
        """The caller took the floor, and nothing was understood of so many samples of voice. Noise like
        speech is only found out by this: when it has lasted long, no sound is believed for now."""
        self.fruitless += self._limits.noises if voiced >= ENDLESS_SAMPLES else 1
        self._calm = 0

    def bar(self) -> None:
        """What is said now is not to be interrupted."""
        self._machine.move(Sign.BAR)

    def free(self) -> None:
        """It may be, again."""
        if self.phase is ContestPhase.BARRED:
            self._machine.move(Sign.FREE)

    # ---- inside

    def _open(self, sign: Sign, t: int, began: int) -> None:
        self._machine.move(sign)
        self._check.begin()
        self._paused_at = t if sign is Sign.DOUBT else None
        self._began, self._ducked_at = began, t

    def _forgive(self) -> None:
        if not self.fruitless:
            return
        self._calm += FRAME_SAMPLES
        if self._calm >= FORGIVEN_SAMPLES:
            self._calm = 0
            self.fruitless -= 1
