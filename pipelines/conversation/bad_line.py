"""What is done about a line that carries no conversation: figures in, at most one step out. Sans-I/O.

    machines, networks, our own voice  ->  HANG_UP: nobody is there to be told
    music on hold                      ->  WAIT, silently; GO_ON when it ends; GIVE_UP after minutes
    a voice that never stops           ->  BREAK_IN once; GIVE_UP when it still goes on
    a muted phone                      ->  TELL, once nobody speaks
    a bad line, and answers misheard   ->  TELL, so that the caller can mend it

Each kind is told once a call. It must never end a call for a figure that a person could have made in passing:
what hangs up has its cadence or many seconds.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from mediaserver.media.line_watch.figures import LineFigures, ToneKind
from pipelines.conversation.agent import TroubleKind


class LineStep(enum.Enum):
    """What to do."""

    TELL = "tell"
    """The agent is told when nobody speaks, and tells the caller."""
    BREAK_IN = "break in"
    """The same, now."""
    WAIT = "wait"
    """Be silent, and listen to the line only."""
    GO_ON = "go on"
    """The wait is over."""
    GIVE_UP = "give up"
    """Say so, and hang up."""
    HANG_UP = "hang up"
    """Without a word."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    step: LineStep
    kind: TroubleKind
    advice: str = ""
    """One line for people."""


@dataclass(frozen=True, slots=True)
class LineSeen:
    """What is known of a call when it is judged."""

    figures: LineFigures
    misheard: int = 0
    """Answers that were not understood so far."""
    packets: int | None = None
    """That came; None: the leg does not say."""
    loss_pct: float = 0.0
    minds_noise: bool = False
    """The agent deals with noise by itself."""


MACHINES = (
    ToneKind.FAX_CALLING,
    ToneKind.FAX_SIGNAL,
    ToneKind.ANSWER_TONE,
    ToneKind.MODEM_ANSWER,
    ToneKind.MODEM_CALLING,
)
NETWORKS = (ToneKind.BUSY, ToneKind.CONGESTION, ToneKind.DIAL, ToneKind.SPECIAL, ToneKind.STEADY)
MUSIC_S = 12.0
"""Of music without a pause, before it is taken for music on hold."""
MUSIC_LIMIT_S = 120.0
ENDLESS_S = 75.0
ENDLESS_LIMIT_S = 150.0
VOICE, VOICES = 0.8, 8
"""The voice detector must be so sure for so many chunks of 32 ms; singing may do that, too: then the wait
begins anew."""
SILENT_S = 10.0
SILENT_PACKETS = 250
"""5 s of packets: without them it is no sound that is missing, but the audio; the leg sees to that."""
MISHEARD = 2
"""Answers: a line that is understood is not spoken of."""
BETWEEN_S = 20.0
"""Two troubles are not told sooner after each other."""
CLIPPED_PCT = 2.0
LOST_PCT = 8.0
HUM_DB = -45.0
NOISY_SNR_DB = 12.0


class BadLine:
    """Of one call. `judge` is asked whenever there are new figures (about once a second)."""

    def __init__(self) -> None:
        self._told: set[TroubleKind] = set()
        self._told_at = -BETWEEN_S
        self._over = False
        self._waiting_since: float | None = None
        self._waited = 0.0
        """For music, in s, before the present wait."""
        self._voices = 0
        """Words of the voice detector for a voice, in a row."""

    @property
    def waiting(self) -> bool:
        """There is music, and nobody is spoken to."""
        return self._waiting_since is not None

    def judge(self, seen: LineSeen) -> LineVerdict | None:
        if self._over:
            return None
        verdict = self._nobody_there(seen.figures) or self._music(seen.figures)
        if verdict is None and not self.waiting:
            verdict = self._endless(seen.figures) or self._mendable(seen)
        if verdict is not None and verdict.step in (LineStep.GIVE_UP, LineStep.HANG_UP):
            self._over = True
        return verdict

    def voice(self, seconds: float, probability: float) -> LineVerdict | None:
        """The voice detector's word, so many seconds into the watch. Who speaks through the music, or after
        it, is not kept waiting until the music is known to be over."""
        self._voices = self._voices + 1 if probability >= VOICE else 0
        return self.key(seconds) if self._voices >= VOICES else None

    def key(self, seconds: float) -> LineVerdict | None:
        """Somebody is there: the wait is over."""
        if not self.waiting:
            return None
        self._stop_waiting(seconds)
        return LineVerdict(LineStep.GO_ON, "music")

    # ---- nobody is there

    def _nobody_there(self, figures: LineFigures) -> LineVerdict | None:
        for tone in figures.tones:
            if tone.kind in MACHINES:
                return LineVerdict(LineStep.HANG_UP, "fax", f"{tone.kind} at {tone.hz} Hz: a machine")
            if tone.kind in NETWORKS:
                return LineVerdict(LineStep.HANG_UP, "tone", f"{tone.kind}: nobody is there any more")
        if figures.looped:
            return LineVerdict(
                LineStep.HANG_UP, "looped", "the line gives back what we say, and nothing else"
            )
        return None

    def _music(self, figures: LineFigures) -> LineVerdict | None:
        now = figures.seconds
        if self._waiting_since is None:
            if figures.music_s < MUSIC_S:
                return None
            self._waiting_since = now
            return LineVerdict(LineStep.WAIT, "music", "there is music: the far end has put the call on hold")
        if not figures.music_s:
            self._stop_waiting(now)
            return LineVerdict(LineStep.GO_ON, "music")
        if self._waited + now - self._waiting_since >= MUSIC_LIMIT_S:
            self._stop_waiting(now)
            return LineVerdict(LineStep.GIVE_UP, "music", f"music for {MUSIC_LIMIT_S:g} s")
        return None

    def _stop_waiting(self, now: float) -> None:
        if self._waiting_since is not None:
            self._waited += now - self._waiting_since
        self._waiting_since = None
        self._voices = 0

    # ---- somebody is there

    def _endless(self, figures: LineFigures) -> LineVerdict | None:
        if figures.talking_s >= ENDLESS_LIMIT_S:
            return LineVerdict(LineStep.GIVE_UP, "endless", "a voice goes on and does not listen")
        if figures.talking_s >= ENDLESS_S:
            return self._tell(figures, "endless", "a voice goes on without a pause", LineStep.BREAK_IN)
        return None

    def _mendable(self, seen: LineSeen) -> LineVerdict | None:
        figures = seen.figures
        if figures.dead_s >= SILENT_S and (seen.packets or 0) >= SILENT_PACKETS:
            return self._tell(figures, "silent", "packets of silence: the microphone is off, or muted")
        if seen.misheard < MISHEARD or figures.seconds - self._told_at < BETWEEN_S:
            return None
        found: tuple[tuple[bool, TroubleKind, str], ...] = (
            (figures.clipping_pct >= CLIPPED_PCT, "clipped", "the caller is too loud: lower the gain"),
            (seen.loss_pct >= LOST_PCT, "lossy", f"{seen.loss_pct:.0f} % of the packets are lost"),
            ((figures.hum_db or -96.0) >= HUM_DB, "humming", f"the line hums at {figures.hum_hz} Hz"),
            (_noisy(figures) and not seen.minds_noise, "noisy", "it is loud around the caller"),
        )
        for wrong, kind, advice in found:
            if wrong and kind not in self._told:
                return self._tell(figures, kind, advice)
        return None

    def _tell(
        self, figures: LineFigures, kind: TroubleKind, advice: str, step: LineStep = LineStep.TELL
    ) -> LineVerdict | None:
        if kind in self._told:
            return None
        self._told.add(kind)
        self._told_at = figures.seconds
        return LineVerdict(step, kind, advice)


def _noisy(figures: LineFigures) -> bool:
    speech, noise = figures.speech_db, figures.noise_db
    return speech is not None and noise is not None and speech - noise < NOISY_SNR_DB
