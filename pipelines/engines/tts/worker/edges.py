"""Leaves out the silence before the first sound of a stream and after its last one. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLES_PER_MS

QUIET = 120
"""Absolute int16 value below which leading and trailing audio is silence (-49 dBFS)."""
LEAD_KEPT = SAMPLES_PER_MS
"""Samples kept before the first loud one, so that its onset is not cut (1 ms)."""
TAIL_KEPT = 20 * SAMPLES_PER_MS

Pcm = npt.NDArray[np.int16]

NOTHING: Pcm = np.zeros(0, np.int16)


class Edges:
    """One stream at 16 kHz. What may be its end is held back until something loud follows."""

    def __init__(self, quiet: int = QUIET, lead: int = LEAD_KEPT, tail: int = TAIL_KEPT) -> None:
        self._quiet, self._lead, self._tail = quiet, lead, tail
        self.begun: int | None = None
        """Leading samples that were left out; None until something loud came."""
        self.end = 0
        """Samples of the untrimmed stream up to the end of what came out."""
        self._held = NOTHING

    def process(self, samples: Pcm, *, last: bool = False) -> Pcm:
        """What is certain to be neither leading nor trailing silence. `last`: nothing follows."""
        audio = np.concatenate([self._held, samples])
        loud = np.flatnonzero(np.abs(audio.astype(np.int32)) >= self._quiet)
        if self.begun is None:
            if loud.size == 0:
                self._held = audio[max(0, len(audio) - self._lead) :]
                self.end += len(audio) - len(self._held)
                return audio[:0]
            cut = max(0, int(loud[0]) - self._lead)
            self.begun = self.end = self.end + cut
            audio, loud = audio[cut:], loud - cut
        until = int(loud[-1]) + 1 if loud.size else 0
        if last:
            until = min(len(audio), until + self._tail)
        self._held = audio[until:]
        self.end += until
        return audio[:until]
