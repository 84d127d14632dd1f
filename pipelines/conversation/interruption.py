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

A voice that goes on for 120 ms pauses the agent.

A sound that is a voice, and no murmur, takes the floor. Where the recogniser's partial results tell what was
said, they decide in place of the sound: the agent waits for them, no longer than `Limits.take_floor`. Speech
that lasts that long takes the floor, whatever it is.

Another recogniser is asked about a short sound once it has ended (`ContestStep.SPOT`): by their sound "okay"
and "right" are "wait" and "no". Meanwhile the agent is ducked, and from `SPOTTED_PAUSE` on silent: one who
calls "stop" notices nothing of the question.

Interruptions that came to nothing are counted (`fruitless`); after `Limits.noises` of them sounds alone
neither duck nor stop the agent, only words that are understood do. Quiet makes up for them, one every eight
seconds.

It must never decide what was said in an utterance that is over: `turn` does.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.interruption_model import SoundEvidence, murmur_odds, speech_odds
from pipelines.conversation.machine import Machine
from pipelines.conversation.own_words import OwnWords, words_of
from pipelines.conversation.sound_shape import Shape
from pipelines.conversation.timing import Limits

ABOVE_FLOOR_DB = 12.0
QUIETEST_DB = -48.0
BELOW_USUAL_DB = 22.0
"""A sound is so far above the noise, not below this, and not so far below the caller's voice."""
ECHO = 0.5
"""A frame is more likely our own voice come back than not (`LineCondition.echo`)."""
SOUND_FRAMES = 2
"""In a row make a sound: a click is none."""
FRAME_MS = FRAME_SAMPLES // SAMPLES_PER_MS
PAUSE_SAMPLES = 120 * SAMPLES_PER_MS
"""After so long of a voice the agent falls silent."""
ENDED_FRAMES = 4
"""Of quiet in a row end one."""
FORGIVEN_SAMPLES = 8_000 * SAMPLES_PER_MS
"""So much quiet makes up for a fruitless interruption."""
ENDLESS_SAMPLES = 8_000 * SAMPLES_PER_MS
"""Nobody speaks so long without a pause, or says nothing in it that is understood."""
USUAL_WEIGHT = 0.3
"""Of the newest utterance in the caller's usual level."""


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
SPOTTED_PAUSE = 300 * SAMPLES_PER_MS
"""So long after it began a sound that is asked about silences the agent."""
SPOTTED_FRAMES = 3
"""Of quiet in a row: the word is over, as far as can be told."""
SPOTTED_WITHIN = 400 * SAMPLES_PER_MS
"""A recogniser that has not answered by then knows of nothing; one that is not busy answers within 100."""


class ContestOutcome(enum.StrEnum):
    """What a contest came to."""

    TAKEN = "taken"
    """The caller has the floor."""
    BACKCHANNEL = "backchannel"
    """The caller only showed that he listens; the agent went on."""
    NOISE = "noise"
    RESUMED = "resumed"
    """The agent fell silent over a voice of which nothing came."""


class ContestPhase(enum.StrEnum):
    """A contest."""

    CALM = "calm"
    DUCKED = "ducked"
    PAUSED = "paused"
    PASSED = "passed"
    """It was decided to be none; the sound goes on."""
    BARRED = "barred"


class Sign(enum.StrEnum):
    """What moves it."""

    SOUND = "sound"
    DOUBT = "doubt"
    NOTHING = "nothing"
    QUIET = "quiet"
    OVER = "over"
    BAR = "bar"
    FREE = "free"


CONTEST: dict[tuple[ContestPhase, Sign], ContestPhase] = {
    (ContestPhase.CALM, Sign.SOUND): ContestPhase.DUCKED,
    (ContestPhase.CALM, Sign.DOUBT): ContestPhase.PAUSED,
    (ContestPhase.DUCKED, Sign.DOUBT): ContestPhase.PAUSED,
    (ContestPhase.DUCKED, Sign.NOTHING): ContestPhase.PASSED,
    (ContestPhase.PAUSED, Sign.NOTHING): ContestPhase.PASSED,
    (ContestPhase.PASSED, Sign.SOUND): ContestPhase.DUCKED,
    (ContestPhase.PASSED, Sign.DOUBT): ContestPhase.PAUSED,
    (ContestPhase.PASSED, Sign.QUIET): ContestPhase.CALM,
    **{(phase, Sign.OVER): ContestPhase.CALM for phase in ContestPhase if phase is not ContestPhase.BARRED},
    **{(phase, Sign.BAR): ContestPhase.BARRED for phase in ContestPhase},
    (ContestPhase.BARRED, Sign.FREE): ContestPhase.CALM,
}
UNDECIDED = frozenset({ContestPhase.DUCKED, ContestPhase.PAUSED})


class ContestStep(enum.Enum):
    """What is to be done about playout, short of a decision."""

    DUCK = "duck"
    PAUSE = "pause"
    SPOT = "spot"
    """The recogniser is to be asked whether it was a word that only shows listening."""


@dataclass(frozen=True, slots=True)
class ContestFigures:
    """How fast a contest was dealt with, in ms from the first frame of its sound."""

    duck_ms: float
    """To the duck."""
    decision_ms: float
    """To the decision."""


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
        self._spots = spots and not partials_tell and sensitivity is Sensitivity.MEDIUM
        self._asked_at: int | None = None
        """When the recogniser was asked about the sound, ..."""
        self._listens: bool | None = None
        """... and whether it was a sign of listening; None: not known."""
        self.question = 0
        """Counts what was asked."""
        self._machine = Machine(CONTEST, ContestPhase.CALM, ignored)
        self._evidence = SoundEvidence()
        self._began = 0
        """Where the sound began, ..."""
        self._ducked_at = 0
        """... and where playout was ducked or paused for it."""
        self._run = 0
        """Loud frames in a row, ..."""
        self._still = 0
        """... and quiet ones."""
        self._heard = ""
        """The newest words of the present utterance."""
        self._usual: float | None = None
        self._spoken, self._loudness = 0, 0.0
        """Loud frames since the last utterance was over, and the sum of their levels."""
        self.dismissed: ContestOutcome | None = None
        """What the present utterance was last taken for, while it was no interruption."""
        self._calm = 0
        """Samples of quiet that have not yet made up for anything."""
        self.fruitless = 0
        """Interruptions that came to nothing."""

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
        return self._run > 0 or self.phase in UNDECIDED

    def figures(self, t: int) -> ContestFigures | None:
        """Of the contest that is decided now; None when there is none."""
        if self.phase in (ContestPhase.CALM, ContestPhase.BARRED):
            return None
        ducked = (self._ducked_at - self._began) / SAMPLES_PER_MS
        return ContestFigures(max(0.0, ducked), max(0.0, (t - self._began) / SAMPLES_PER_MS))

    # ---- what is heard

    def frame(self, level: float, floor: float, shape: Shape | None = None, echo: float = 0.0) -> None:
        """One more frame: its level and the noise floor in dBFS, and how likely it is our own voice."""
        lowest = max(floor + ABOVE_FLOOR_DB, QUIETEST_DB)
        if self._usual is not None:
            lowest = max(lowest, self._usual - BELOW_USUAL_DB)
        if level > lowest and echo < ECHO:
            self._run += 1
            self._still = 0
            self._spoken += 1
            self._loudness += level
            self._evidence.hear(level, floor, self._usual, shape)
        else:
            self._run = 0
            self._still += 1
            self._forgive()
        self._evidence.frames += 1
        if self.phase is ContestPhase.CALM and not self._run:
            self._evidence = SoundEvidence()

    def voice(self, probability: float) -> None:
        """One more chunk of the voice detector."""
        self._evidence.voice(probability)

    def says(self, text: str) -> None:
        """What the recogniser has understood so far, where that tells."""
        if self._partials_tell:
            self._heard = text

    @property
    def words_tell(self) -> bool:
        """What the recogniser has understood was said, whatever it sounded like."""
        return self._partials_tell

    def asked_of(self, t: int) -> int:
        """Frames since the sound began."""
        return (t - self._began) // FRAME_SAMPLES

    def spotted(self, question: int, listens: bool) -> bool:
        """The answer; False: it comes too late."""
        if question != self.question or self._asked_at is None or not self.undecided:
            return False
        self._listens = listens
        return True

    def heard_out(self, understood: bool) -> None:
        """An utterance is over."""
        if understood and self._spoken:
            level, usual = self._loudness / self._spoken, self._usual
            self._usual = level if usual is None else usual + USUAL_WEIGHT * (level - usual)
        if understood:
            self.fruitless = 0
        self._spoken, self._loudness = 0, 0.0

    # ---- what is decided

    def begin(self, t: int) -> ContestStep | None:
        """The agent speaks: a sound is a reason to duck."""
        if self.phase is not ContestPhase.CALM or self._run < SOUND_FRAMES or self.hardened:
            return None
        self._open(Sign.SOUND, t, t - self._run * FRAME_SAMPLES)
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
        return self._wait() if silent else None

    def decide(self, t: int, voiced: int) -> ContestOutcome | ContestStep | None:
        """What is to be done now; `voiced`: samples of the caller's voice in the present utterance, 0 when
        there is none. Outcomes are TAKEN, BACKCHANNEL and NOISE."""
        ended = self._still >= ENDED_FRAMES
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
            case ContestPhase.PASSED if self._evidence.loud >= self._limits.take_floor // FRAME_MS:
                return self._reconsider(voiced)
            case _:
                pass
        return None

    def _weigh(self, t: int, voiced: int, ended: bool) -> ContestOutcome | ContestStep | None:
        elapsed = t - self._began
        if voiced >= self._limits.take_floor * SAMPLES_PER_MS and elapsed >= ENOUGH * SAMPLES_PER_MS:
            # What lasts is somebody speaking, unless it never sounded like it.
            lasts = speech_odds(self._evidence) >= min(0.0, MARGINS[self._sensitivity]) + self._again
            return ContestOutcome.TAKEN if lasts else ContestOutcome.NOISE
        if not ended and elapsed < self._limits.decide * SAMPLES_PER_MS:
            return self._wait() if voiced and elapsed >= PAUSE_SAMPLES and not self._spots else None
        margin = MARGINS[self._sensitivity] + self._again
        if not voiced or speech_odds(self._evidence) < margin:
            return ContestOutcome.NOISE
        murmur = murmur_odds(self._evidence) + margin
        if murmur > (MURMUR_MARGIN if ended else SURE_MURMUR):
            return ContestOutcome.BACKCHANNEL
        if self._partials_tell or self._sensitivity is Sensitivity.LOW:
            return None if ended else self._wait()  # words are to tell, or how long it lasts
        if self._spots:
            return self._spot(t, elapsed)
        return ContestOutcome.TAKEN if ended or murmur <= MURMUR_MARGIN else self._wait()

    def _spot(self, t: int, elapsed: int) -> ContestOutcome | ContestStep | None:
        """Speech, as far as its sound tells: perhaps a word of somebody who listens."""
        if self._listens is not None:
            return ContestOutcome.BACKCHANNEL if self._listens else ContestOutcome.TAKEN
        if self._asked_at is not None and self._run:
            self._asked_at = None  # it goes on: what was asked was half a word
        if self._asked_at is None and self._still >= SPOTTED_FRAMES:
            self._asked_at = t
            self.question += 1
            return ContestStep.SPOT
        if self._asked_at is not None and t - self._asked_at >= SPOTTED_WITHIN:
            return ContestOutcome.TAKEN
        return self._wait() if elapsed >= SPOTTED_PAUSE else None

    def _reconsider(self, voiced: int) -> ContestOutcome | None:
        """A sound that was taken for noise has gone on for so long."""
        speech = speech_odds(self._evidence)
        self._evidence = SoundEvidence()
        lasts = voiced >= self._limits.take_floor * SAMPLES_PER_MS
        margin = min(0.0, MARGINS[self._sensitivity]) + self._again
        return ContestOutcome.TAKEN if lasts and speech >= margin else None

    @property
    def _again(self) -> float:
        """By how much more it must sound like speech than at first."""
        return ONCE_NOISE if self.dismissed is ContestOutcome.NOISE else 0.0

    def _wait(self) -> ContestStep | None:
        """It cannot be told yet: be silent until it can."""
        if self.phase is ContestPhase.PAUSED:
            return None
        self._machine.move(Sign.DOUBT)
        return ContestStep.PAUSE

    # ---- how it ends

    def dismiss(self, outcome: ContestOutcome, voiced: int) -> ContestOutcome:
        """It was none; the sound may go on. What it has come to, with regard to what was done about it."""
        paused = self.phase is ContestPhase.PAUSED
        if outcome is not ContestOutcome.BACKCHANNEL and (paused or voiced):
            self.fruitless += 1
            self._calm = 0
        self._machine.move(Sign.NOTHING)
        self._evidence = SoundEvidence()
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
        self._asked_at = self._listens = None
        self._began, self._ducked_at = began, t

    def _forgive(self) -> None:
        if not self.fruitless:
            return
        self._calm += FRAME_SAMPLES
        if self._calm >= FORGIVEN_SAMPLES:
            self._calm = 0
            self.fruitless -= 1
