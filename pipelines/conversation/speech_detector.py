"""Finds where the caller's speech begins, pauses and ends, from Silero probabilities and frame energy.

Pure: positions in, edges out. Silero says whether it is speech but its last speech chunk comes about 100 ms
after the true end, so energy dates the edges and Silero only gates them. It must never decide what the words
mean, nor how long to wait for more of them.
"""

from __future__ import annotations

import enum
from collections import deque

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.background_voices import BackgroundVoices
from pipelines.conversation.noise_floor import NoiseFloor


class Edge(enum.Enum):
    """What the detector saw."""

    ONSET = "onset"
    PAUSE = "pause"
    AGAIN = "again"


class SpeechState(enum.Enum):
    """What the detector believes."""

    NONE = "none"
    RUNNING = "running"
    PAUSED = "paused"


class SpeechDetector:
    """Turns one leg's levels and voice probabilities into edges.

    A frame is *loud* when it passes the noise floor by a margin and, within an utterance, lies not too far
    under the utterance's own peak; there less of the margin is enough, so that soft endings count. Loud
    frames count as voice while Silero agrees (or has fallen silent altogether, as when no voice detector
    runs). `last_voiced` is the position just after the last voiced frame.

    Where others talk behind the caller, only what is louder than they were counts as his; and a voice that
    has kept far below his own for two seconds is not his, wherever it comes from.
    """

    ONSET_PROBABILITY = 0.5
    SURE_PROBABILITY = 0.75
    EARLY_PROBABILITY = 0.3
    """Enough for an onset when the last 80 ms were far above the noise: Silero warms up slowly."""
    GATE_PROBABILITY = 0.3
    BELOW_PEAK_DB = 28.0
    WITHIN = 0.8
    """Of the margin above the noise, for what belongs to an utterance that has begun. Fitted with six
    answers in babble, office and street noise at 20 to 5 dB (tests/load/pauses_in_noise.py)."""
    OWN_BELOW_PEAK_DB = 8.0
    """What is so near the utterance's peak is the caller's, however loud others talk."""
    FADED_DB, FADED_SAMPLES = 12.0, 2_000 * SAMPLES_PER_MS
    """The stressed syllables of one who talks come within a few dB of each other, several a second."""
    QUIETEST_DB = -50.0
    VAD_SILENT_SAMPLES = 500 * SAMPLES_PER_MS
    NOISY_DB = 19.0
    """Of the loudest frame above the noise that is heard. Six answers over pink noise and babble: 26 to 28
    where speech is 20 dB above it, 15 to 18 where it is 10; without noise 50."""
    NOISY_LINE_DB = 15.0
    """... above the noise that comes, where it is suppressed. Six answers in babble, office and street noise,
    cleaned: 23 to 34 where speech is 20 dB above it, 13 to 24 where it is 10 (the recogniser hears four of
    five), 7 to 19 where it is 5 (three of five, and few of them surely)."""

    def __init__(self, pause_ms: int = 120) -> None:
        self.wait(pause_ms)
        self._speech = SpeechState.NONE
        self._noise = NoiseFloor()
        self._background = BackgroundVoices()
        self._others: float | None = None
        """How loud others talk behind the caller; None: nobody does."""
        self._peak = -96.0
        self._peaked = 0
        """Where the utterance was last within `FADED_DB` of its peak."""
        self._recent: deque[bool] = deque(maxlen=4)
        self._levels: deque[float] = deque(maxlen=4)
        self._probabilities: deque[float] = deque(maxlen=4)
        self._voice_at = -self.VAD_SILENT_SAMPLES
        self._likely = 0
        self._again = 0
        self.line_noise_db = -96.0
        """Noise of the line as it comes, in dBFS; set from outside where it is known."""
        self.last_voiced = 0
        self.began = 0
        """Position at which the current utterance was noticed, less the evidence that it took."""
        self.voiced = 0
        """Samples of voice in the current utterance."""
        self.paused = 0
        """Samples of silence between the last two stretches of voice in it, ..."""
        self.resumed = 0
        """... and where the second of them began."""

    @property
    def speech(self) -> SpeechState:
        return self._speech

    @property
    def floor_db(self) -> float:
        """The noise floor, in dBFS."""
        return self._noise.db

    @property
    def drowned(self) -> bool:
        """The current utterance hardly stands out from the noise, or from what that was before it was
        suppressed."""
        heard, came = self._peak - self._noise.db, self._peak - self.line_noise_db
        return heard < self.NOISY_DB or came < self.NOISY_LINE_DB

    def wait(self, pause_ms: int) -> None:
        """So much silence in an utterance is a pause."""
        self._pause = pause_ms * SAMPLES_PER_MS

    def silence(self, t: int) -> int:
        """Samples since the last voice."""
        return max(0, t - self.last_voiced)

    def reset(self) -> None:
        """The utterance is over, whatever it was."""
        self._speech = SpeechState.NONE
        self._peak = -96.0
        self._likely = 0
        self._again = 0
        self._recent.clear()
        self.voiced = 0

    def voice(self, t: int, probability: float) -> Edge | None:
        """One more Silero chunk ended near position `t`."""
        self._voice_at = t
        self._probabilities.append(probability)
        if self._speech is not SpeechState.NONE:
            return None
        loud = sum(self._recent)
        self._likely = self._likely + 1 if probability >= self.ONSET_PROBABILITY and loud else 0
        sure = probability >= self.SURE_PROBABILITY and loud >= 3
        if self._likely >= 2 or sure or (probability >= self.EARLY_PROBABILITY and self._loudness() >= 25):
            return self._begin(t, loud)
        return None

    def frame(self, t: int, level: float) -> Edge | None:
        """One more frame ended at position `t` with this level in dBFS."""
        loud = level > self._threshold()
        self._noise.hear(level)
        self._recent.append(loud)
        self._levels.append(level)
        deaf = t - self._voice_at >= self.VAD_SILENT_SAMPLES
        agreed = deaf or max(self._probabilities, default=1.0) >= self.GATE_PROBABILITY
        if self._speech is SpeechState.NONE:
            self._background.hear(level, agreed and not deaf)
            return self._begin(t, 4) if deaf and sum(self._recent) == 4 and level > -40 else None
        self._peak = max(level, self._peak - 0.02)
        if level > self._peak - self.FADED_DB:
            self._peaked = t
        if loud and agreed and t - self._peaked < self.FADED_SAMPLES:
            return self._voiced(t)
        self._again = 0
        if self._speech is SpeechState.RUNNING and self.silence(t) >= self._pause:
            self._speech = SpeechState.PAUSED
            return Edge.PAUSE
        return None

    def _loudness(self) -> float:
        """dB above the noise floor that each of the last four frames reached."""
        return min(self._levels) - self._noise.db if len(self._levels) == 4 else 0.0

    def _begin(self, t: int, loud: int) -> Edge:
        self._speech = SpeechState.RUNNING
        self._likely = 0
        self._others = self._background.reaches()
        self.last_voiced = self._peaked = t
        self.voiced = loud * FRAME_SAMPLES
        self.began = t - self.voiced
        return Edge.ONSET

    def _voiced(self, t: int) -> Edge | None:
        if self._speech is SpeechState.PAUSED:
            # Two frames in a row, so that a click in the pause does not take back the endpoint.
            self._again += 1
            if self._again < 2:
                return None
            self._speech = SpeechState.RUNNING
            self._again = 0
            self.resumed = t - 2 * FRAME_SAMPLES
            self.paused = max(0, self.resumed - self.last_voiced)
            self.last_voiced = t
            self.voiced += 2 * FRAME_SAMPLES
            return Edge.AGAIN
        self.last_voiced = t
        self.voiced += FRAME_SAMPLES
        return None

    def _threshold(self) -> float:
        noise = self._noise
        if self._speech is SpeechState.NONE:
            return max(noise.db + noise.margin_db, self.QUIETEST_DB)
        within = noise.db + self.WITHIN * noise.margin_db
        if self._others is not None:
            within = max(within, min(self._others, self._peak - self.OWN_BELOW_PEAK_DB))
        return max(within, self.QUIETEST_DB, self._peak - self.BELOW_PEAK_DB)
