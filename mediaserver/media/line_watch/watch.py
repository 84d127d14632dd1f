"""Watches one call's line: what is wrong with it, in figures, from what came and what went out.

Frames are copied and looked at a block (0.96 s) at a time; what is dear is done only where it may find
something: pitches where nobody speaks, waves where an echo is likely. It must never change a frame, and never
decide what is done about a bad line.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.line_watch.answer_tone import reversals
from mediaserver.media.line_watch.block import BLOCK_FRAMES, BLOCK_MS, WINDOWS, Block
from mediaserver.media.line_watch.clipping import clipped
from mediaserver.media.line_watch.figures import LineFigures, ToneKind, ToneSeen
from mediaserver.media.line_watch.hum import HumWatch
from mediaserver.media.line_watch.levels import SPOKEN_DB, LevelWatch
from mediaserver.media.line_watch.line_tones import ToneWatch
from mediaserver.media.line_watch.loop import LoopWatch
from mediaserver.media.line_watch.music import is_music
from mediaserver.media.line_watch.pitches import pitches
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES

VOICE = 0.5
"""The voice detector's probability from which a frame has a voice."""
LATE_FRAMES = 3
"""So much later than its frame the detector's word comes: chunks of 32 ms, and a turn of 25 ms."""
SPEECH_SHARE = 0.6
"""A block with more voice than that is speech: no tone is looked for."""
DEAD_DB, DEAD_STEPS = -68.0, 12
"""Digital silence: one value all the time, which in A-law is not 0 but 8, of 32,767."""
TONES_FROM_DB = -50.0
HUM_FROM_DB = -65.0
OURS = 0.5
"""From this likelihood on a voice is our own come back."""


class LineWatch:
    """Of one call. Each frame that came is told by `hear` and then what went out by `spoke`; the voice
    detector's words by `voice`."""

    def __init__(self, stagger: int = 0) -> None:
        """`stagger`: any number; calls with different ones look at their blocks in different ticks."""
        self._heard = np.zeros((BLOCK_FRAMES, FRAME_SAMPLES), np.int16)
        self._spoken = np.zeros((BLOCK_FRAMES, FRAME_SAMPLES), np.int16)
        self._voices = np.zeros(BLOCK_FRAMES, np.float32)
        self._at = -(stagger % BLOCK_FRAMES)
        """Of the present frame in the block; the first frames of a call are left out to stagger."""
        self._open = False
        """A frame came, and what goes out after it was not told yet."""
        self._sent = False
        """Something went out in this block, ..."""
        self._said = np.zeros(BLOCK_FRAMES, np.bool_)
        """... and was said, in these frames."""
        self._probability = 0.0
        self._voice_heard = False
        self.blocks = 0
        """Looked at so far."""
        self._alive = False
        self._dead_blocks = 0
        self._music_blocks = 0
        self._unmusical = 0
        """Blocks since the last that was music."""
        self._talking_blocks = 0
        self._longest_music = self._longest_talking = 0
        self._clipped = 0
        self._clippable = 0
        self._dc: float | None = None
        self._reversals = 0
        self._untold: Block | None = None
        """The last block, where no tone was looked for in all of it."""
        self._levels = LevelWatch()
        self._hum = HumWatch()
        self._tones = ToneWatch()
        self._loop = LoopWatch()

    def voice(self, probability: float) -> None:
        """The voice detector's last word, 0..1."""
        self._probability = probability
        self._voice_heard = True

    def hear(self, frame: Frame, echo: float = 0.0) -> bool:
        """A frame came; `echo`, 0..1: what is in it is likely our own voice. True: a block was looked at, and
        the figures are new."""
        looked = self._at >= BLOCK_FRAMES
        if looked:
            self._look()
        self._open = True
        if self._at >= 0:
            self._heard[self._at] = frame
            self._voices[self._at] = self._probability if echo < OURS else 0.0
        return looked

    def spoke(self, frame: Frame | None, said: bool = True) -> None:
        """What went out after it; None is silence. Unless `said` it is a background alone. What goes out
        while nothing comes is of no interest."""
        if not self._open:
            return
        self._open = False
        if frame is not None and self._at >= 0:
            self._spoken[self._at] = frame
            self._sent = True
            self._said[self._at] = said
        self._at += 1

    def figures(self) -> LineFigures:
        """As of the last block."""
        hum_hz, hum_db = self._hum.found
        return LineFigures(
            seconds=self.blocks * BLOCK_MS / 1000,
            noise_db=self._levels.noise_db,
            speech_db=self._levels.speech_db,
            speech_s=self._levels.voiced_frames * FRAME_MS / 1000,
            clipping_pct=100.0 * self._clipped / self._clippable if self._clippable else 0.0,
            double_talk_pct=self._levels.double_talk_pct,
            echo_loss_db=self._loop.loss_db,
            echo_delay_ms=self._loop.delay_ms,
            hum_hz=hum_hz,
            hum_db=hum_db,
            dc_pct=abs(self._dc or 0.0) / 327.68,
            dead_s=0.0 if self._alive else self._dead_blocks * BLOCK_MS / 1000,
            looped=self._loop.looped,
            music_s=self._music_blocks * BLOCK_MS / 1000,
            talking_s=self._talking_blocks * BLOCK_MS / 1000,
            longest_music_s=self._longest_music * BLOCK_MS / 1000,
            longest_talking_s=self._longest_talking * BLOCK_MS / 1000,
            tones=self._tones_seen,
        )

    @property
    def _tones_seen(self) -> tuple[ToneSeen, ...]:
        last = self._tones.last
        return tuple(
            ToneSeen(kind, at, hz, last.get(kind, at)) for kind, (at, hz) in self._tones.kinds.items()
        )

    # ---- one block

    def _look(self) -> None:
        said = self._voices >= VOICE
        # The word about a frame comes some frames later; about the last ones it is not there yet.
        voiced = np.concatenate((said[LATE_FRAMES:], np.repeat(said[-1:], LATE_FRAMES)))
        block = Block(self._heard, self._spoken if self._sent else None, voiced, self._said)
        self.blocks += 1
        loudest = float(block.levels.max())
        if loudest < DEAD_DB and int(self._heard.max()) - int(self._heard.min()) <= DEAD_STEPS:
            self._silent(block)
        else:
            self._alive = True
            if not self._voice_heard:
                block.voiced = voiced = block.levels > -35.0
            self._sound(block, loudest)
        # The loop's watch looks back at the last block: it keeps that one's arrays, and we begin new ones.
        self._heard = np.zeros((BLOCK_FRAMES, FRAME_SAMPLES), np.int16)
        if self._sent:
            self._spoken = np.zeros((BLOCK_FRAMES, FRAME_SAMPLES), np.int16)
            self._said = np.zeros(BLOCK_FRAMES, np.bool_)
            self._sent = False
        self._at = 0
        self._longest_music = max(self._longest_music, self._music_blocks)
        self._longest_talking = max(self._longest_talking, self._talking_blocks)

    def _silent(self, block: Block) -> None:
        """Nothing but zeros came."""
        self._dead_blocks += 1
        self._talking_blocks = 0
        self._pitchless(WINDOWS)
        self._loop.look(block)
        self._levels.look(block, block.voiced)

    def _sound(self, block: Block, loudest: float) -> None:
        voiced = block.voiced
        share = float(voiced.mean())
        self._levels.look(block, voiced)
        self._loop.look(block)
        # With an echo, a voice while we speak may be ours.
        theirs = voiced if self._loop.loss_db is None else voiced & (block.spoken_levels <= SPOKEN_DB)
        self._talking_blocks = self._talking_blocks + 1 if theirs.any() else 0
        if share > 0.0:
            cut, of = clipped(block)
            self._clipped += cut
            self._clippable += of
        elif loudest > HUM_FROM_DB and not self._said.any():
            self._hum.look(block)
            mean = float(block.heard.mean(dtype=np.float32))
            self._dc = mean if self._dc is None else 0.8 * self._dc + 0.2 * mean
        self._pitched(block, share, loudest)

    def _pitched(self, block: Block, share: float, loudest: float) -> None:
        """Tones and music: what is there when nobody speaks."""
        if loudest < TONES_FROM_DB or share > SPEECH_SHARE:
            self._pitchless(WINDOWS)
        elif self._tones.sounding or block.tonal:
            before, self._untold = self._untold, None
            if before is not None:  # it may have begun there, between the windows that were looked at
                self._tones_in(before)
            self._tones_in(block)
            self._musical(not self._tones.sounding and self._hum.found[0] is None and is_music(block))
        else:
            self._pitchless(0)
            self._untold = block

    def _pitchless(self, windows: int) -> None:
        """No tone is looked for in so many windows, nor in those of which it was not known yet."""
        before, self._untold = self._untold, None
        self._tones.skip(windows + (WINDOWS if before is not None else 0))
        self._musical(False)

    def _musical(self, music: bool) -> None:
        """A beat between two pieces, or a drum, does not end the music; two seconds do."""
        self._unmusical = 0 if music else self._unmusical + 1
        if self._unmusical >= 2:
            self._music_blocks = 0
        self._music_blocks += music

    def _tones_in(self, block: Block) -> None:
        found = pitches(block)
        if found is None:
            self._tones.skip(WINDOWS)
        else:
            self._tones.look(found)
            self._answering(block)

    def _answering(self, block: Block) -> None:
        """Whether what answers by 2,100 Hz is a modem."""
        kinds = self._tones.kinds
        if ToneKind.ANSWER_TONE in kinds and ToneKind.MODEM_ANSWER not in kinds and self._tones.sounding:
            self._reversals += reversals(block)
            if self._reversals >= 2:
                kinds[ToneKind.MODEM_ANSWER] = kinds[ToneKind.ANSWER_TONE]
