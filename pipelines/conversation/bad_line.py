"""What is done about a line that carries no conversation: figures in, at most one step out. Sans-I/O.

    machines, our own voice            ->  GIVE_UP: a sentence for whoever may be there, and the end
    music on hold, a network's tones   ->  WAIT: it is said, and then waited in silence; REMIND now and then;
                                           GO_ON when it ends, somebody speaks or presses a key; OFFER at the
                                           limit, and GIVE_UP when nobody answers that
    a voice that never stops           ->  BREAK_IN once; GIVE_UP when it still goes on
    a muted phone, or no packets       ->  TELL, once nobody speaks
    a bad line, and answers misheard   ->  TELL, so that the caller can mend it

What is mended, and what is broken in on, is told once a call. It must never end a call without words, nor for
a figure that a person could have made in passing: what ends one has its cadence or many seconds.
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
    """Tell it now; then be silent, and listen to the line only."""
    REMIND = "remind"
    """Tell it again, and wait on."""
    GO_ON = "go on"
    """The wait is over."""
    OFFER = "offer"
    """So is patience: the agent is told for the last time, and may offer a call back."""
    NOTE = "note"
    """Nobody can be told: it is kept."""
    GIVE_UP = "give up"
    """Say so, and hang up."""


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
    understood: int = 0
    """Those that were."""
    silences: int = 0
    """Questions that nobody answered."""
    packets: int | None = None
    """That came; None: the leg does not say."""
    unheard: int = 0
    """Its last so many reports say that nothing of ours arrives."""
    loss_pct: float = 0.0
    agent_minds: bool = False
    """The agent deals with noise by itself, and has words of its own for the rest."""


MACHINES = (
    ToneKind.FAX_CALLING,
    ToneKind.FAX_SIGNAL,
    ToneKind.ANSWER_TONE,
    ToneKind.MODEM_ANSWER,
    ToneKind.MODEM_CALLING,
)
NETWORKS = (ToneKind.BUSY, ToneKind.CONGESTION, ToneKind.DIAL, ToneKind.SPECIAL, ToneKind.STEADY)
"""Nobody is there any more; or somebody is, beside another telephone or an alarm."""
MUSIC_S = 12.0
"""Of music without a pause in which nobody spoke, before it is taken for music on hold."""
BACKGROUND_S = 45.0
"""The same where the caller was understood over it: then it plays in the room."""
TONE_S = 6.0
"""So long nobody must have spoken, for a tone to be all that is there."""
TONE_GONE_S = 4.0
"""A tone that was not made out again for so long is over: the slowest comes once a second."""
ON_HOLD_S = 120.0
TONE_LIMIT_S = 20.0
REMIND_S = 20.0
OFFER_S = 20.0
"""For an answer to the offer of a call back."""
ENDLESS_S = 75.0
ENDLESS_LIMIT_S = 150.0
VOICE, VOICES = 0.8, 8
"""The voice detector must be so sure for so many chunks of 32 ms; singing may do that, too: then the wait
begins anew."""
SILENT_S = 6.0
SILENT_PACKETS = 250
"""5 s of packets: without them it is no sound that is missing, but the audio."""
ONE_WAY_S = 3.0
"""Without a packet: legs end calls without a sign of life after 15, by their settings. Phones that send
nothing while nobody speaks get their time to answer where it is told (`LineCare.due`)."""
NOBODY_HEARD: frozenset[TroubleKind] = frozenset({"silent", "one-way"})
FAINT_DB, FAINT_SNR_DB = -36.0, 16.0
"""Where the caller is quieter, or stands out less from the noise, a short word is missed now and then."""
UNHEARD = 2
"""Reports; they come some 5 s apart."""
UNANSWERED = 2
"""Answers that were not understood, or questions that nobody answered: a line on which all goes well is not
spoken of."""
BETWEEN_S = 20.0
"""Two troubles are not told sooner after each other."""
CLIPPED_PCT = 2.0
LOST_PCT = 8.0
HUM_DB = -45.0
NOISY_SNR_DB = 12.0


class BadLine:
    """Of one call. `judge` is asked whenever there are new figures (about once a second)."""

    def __init__(self, on_hold_s: float = ON_HOLD_S) -> None:
        """`on_hold_s`: music on hold is waited through for so long."""
        self._on_hold_s = on_hold_s
        self._told: set[TroubleKind] = set()
        self._told_at = -BETWEEN_S
        self._over = False
        self._waiting_for: TroubleKind | None = None
        self._waiting_since = self._said_at = 0.0
        self._waited = 0.0
        """In s, before the present wait."""
        self._offered_at: float | None = None
        self._voices = 0
        """Words of the voice detector for a voice, in a row."""
        self._there_at = 0.0
        """When somebody was last known to be there: spoke, was understood or pressed a key."""
        self._answered_at = 0.0
        """When somebody was last understood, or pressed a key."""
        self._understood = 0
        self._over_music = False
        """The caller was understood while music played."""
        self.loses_words = False
        """Silence may be an answer that was not heard: nothing is, or the voice is faint."""

    @property
    def waiting(self) -> bool:
        """There is music or a tone, and nobody is listened to."""
        return self._waiting_for is not None

    def judge(self, seen: LineSeen) -> LineVerdict | None:
        if self._over:
            return None
        self._notice(seen)
        verdict = self._machine(seen.figures) or self._held(seen)
        if verdict is None and not self.waiting:
            verdict = self._endless(seen.figures) or self._one_way(seen) or self._mendable(seen)
        deaf = seen.figures.dead_s > 0 and not NOBODY_HEARD.isdisjoint(self._told)
        faint = (seen.figures.speech_db or 0.0) < FAINT_DB or _noisy(seen.figures, FAINT_SNR_DB)
        self.loses_words = deaf or faint
        if verdict is not None and verdict.step is LineStep.GIVE_UP:
            self._over = True
        return verdict

    def voice(self, seconds: float, probability: float) -> LineVerdict | None:
        """The voice detector's word, so many seconds into the watch. Who speaks through the music, or after
        it, is not kept waiting until the music is known to be over."""
        self._voices = self._voices + 1 if probability >= VOICE else 0
        return self._somebody(seconds) if self._voices >= VOICES else None

    def key(self, seconds: float) -> LineVerdict | None:
        """One was pressed."""
        self._answered_at = seconds
        return self._somebody(seconds)

    # ---- what is there

    def _notice(self, seen: LineSeen) -> None:
        now = seen.figures.seconds
        if seen.understood > self._understood:
            self._understood, self._there_at, self._answered_at = seen.understood, now, now
            self._over_music = self._over_music or seen.figures.music_s > 0

    def _machine(self, figures: LineFigures) -> LineVerdict | None:
        for tone in figures.tones:
            if tone.kind in MACHINES:
                return LineVerdict(LineStep.GIVE_UP, "fax", f"{tone.kind} at {tone.hz} Hz: a machine")
        if figures.looped:
            return LineVerdict(
                LineStep.GIVE_UP, "looped", "the line gives back what we say, and nothing else"
            )
        return None

    # ---- music and tones

    def _held(self, seen: LineSeen) -> LineVerdict | None:
        figures, now = seen.figures, seen.figures.seconds
        if self._waiting_for is None:
            return self._begin_waiting(figures) if self._offered_at is None else self._offered(figures)
        kind = self._waiting_for
        if not figures.music_s and _tone(figures) is None:
            return self._go_on(now)
        waited = self._waited + now - self._waiting_since
        if waited >= (TONE_LIMIT_S if kind == "tone" else self._on_hold_s):
            spent = f"nothing but {'a tone' if kind == 'tone' else 'music'} for {waited:.0f} s"
            self._stop_waiting(now)
            if kind == "tone" or not seen.agent_minds:
                return LineVerdict(LineStep.GIVE_UP, kind, spent)
            self._offered_at = now
            return LineVerdict(LineStep.OFFER, kind, spent)
        if now - self._said_at >= REMIND_S:
            self._said_at = now
            return LineVerdict(LineStep.REMIND, kind)
        return None

    def _begin_waiting(self, figures: LineFigures) -> LineVerdict | None:
        now, advice = figures.seconds, ""
        kind: TroubleKind | None = None
        alone = now - self._there_at
        if (tone := _tone(figures)) is not None and alone >= TONE_S:
            kind, advice = "tone", f"{tone}: perhaps nobody is there any more"
        elif min(figures.music_s, alone) >= (BACKGROUND_S if self._over_music else MUSIC_S):
            kind, advice = "music", "there is music: the far end has put the call on hold"
        if kind is None:
            return None
        self._waiting_for, self._waiting_since, self._said_at = kind, now, now
        return LineVerdict(LineStep.WAIT, kind, advice)

    def _offered(self, figures: LineFigures) -> LineVerdict | None:
        """Nobody has taken what was offered at the end of the wait."""
        if self._offered_at is None or figures.seconds - self._offered_at < OFFER_S:
            return None
        self._offered_at = None
        if not figures.music_s:
            return None
        return LineVerdict(LineStep.GIVE_UP, "music", "nobody came to the telephone")

    def _somebody(self, now: float) -> LineVerdict | None:
        """Somebody is there: the wait is over."""
        self._there_at, self._offered_at = now, None
        return self._go_on(now)

    def _go_on(self, now: float) -> LineVerdict | None:
        kind = self._waiting_for
        if kind is None:
            return None
        self._stop_waiting(now)
        return LineVerdict(LineStep.GO_ON, kind)

    def _stop_waiting(self, now: float) -> None:
        self._waited += now - self._waiting_since
        self._waiting_for = None
        self._voices = 0

    # ---- somebody is there

    def _endless(self, figures: LineFigures) -> LineVerdict | None:
        # Voices behind one who answers never stop either, and are no reason to break in on him.
        talking_s = min(figures.talking_s, figures.seconds - self._answered_at)
        if talking_s >= ENDLESS_LIMIT_S:
            return LineVerdict(LineStep.GIVE_UP, "endless", "a voice goes on and does not listen")
        if talking_s >= ENDLESS_S:
            return self._tell(figures, "endless", "a voice goes on without a pause", LineStep.BREAK_IN)
        return None

    def _one_way(self, seen: LineSeen) -> LineVerdict | None:
        """Not one packet has come, or nothing of ours arrives. What stops in the midst of a call is the
        leg's: phones that send nothing while nobody speaks are silent for long."""
        figures = seen.figures
        if seen.unheard >= UNHEARD:
            return self._tell(figures, "unheard", "nothing of ours arrives at the far end", LineStep.NOTE)
        if seen.packets != 0 or figures.dead_s < ONE_WAY_S:
            return None
        return self._tell(figures, "one-way", "no audio arrives from the far end")

    def _mendable(self, seen: LineSeen) -> LineVerdict | None:
        figures = seen.figures
        if figures.dead_s >= SILENT_S and (seen.packets or 0) >= SILENT_PACKETS:
            return self._tell(figures, "silent", "packets of silence: the microphone is off, or muted")
        unanswered = seen.misheard + seen.silences
        if unanswered < UNANSWERED or figures.seconds - self._told_at < BETWEEN_S:
            return None
        misheard = seen.misheard >= UNANSWERED
        found: tuple[tuple[bool, TroubleKind, str], ...] = (
            (
                misheard and figures.clipping_pct >= CLIPPED_PCT,
                "clipped",
                "the caller is too loud: lower the gain",
            ),
            (
                misheard and seen.loss_pct >= LOST_PCT,
                "lossy",
                f"{seen.loss_pct:.0f} % of the packets are lost",
            ),
            ((figures.hum_db or -96.0) >= HUM_DB, "humming", f"the line hums at {figures.hum_hz} Hz"),
            (misheard and _noisy(figures) and not seen.agent_minds, "noisy", "it is loud around the caller"),
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


def _tone(figures: LineFigures) -> ToneKind | None:
    """Of a network's, what is there now."""
    for tone in figures.tones:
        if tone.kind in NETWORKS and 1000 * (figures.seconds - TONE_GONE_S) <= tone.last_ms:
            return tone.kind
    return None


def _noisy(figures: LineFigures, within_db: float = NOISY_SNR_DB) -> bool:
    speech, noise = figures.speech_db, figures.noise_db
    return speech is not None and noise is not None and speech - noise < within_db
