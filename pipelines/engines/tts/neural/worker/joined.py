"""The clauses of one text as one stream of speech: no silence before it, one breath between two, none behind.

A model puts silence of any length around what it is given. It is cut, at its edges with a short fade, and the
pause that the punctuation asks for is put in its place; silence inside a clause is speech and stays.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.tts.neural.worker.sound import QUIET
from pipelines.engines.tts.worker.edges import NOTHING, Edges, Pcm

LEAD_KEPT = SAMPLES_PER_MS
"""Samples before the first loud one of a text: its onset is not cut."""
JOIN_KEPT = 15 * SAMPLES_PER_MS
"""Before that of a further clause, faded in."""
TAIL_KEPT = 30 * SAMPLES_PER_MS
"""Behind the last loud one, faded out."""
FADE = 5 * SAMPLES_PER_MS


class JoinedClauses:
    def __init__(self) -> None:
        self.made = 0
        """Samples so far."""
        self.began = 0
        """Where the present clause begins in the stream, once it is audible."""
        self._edges: Edges | None = None
        """Of the present clause; None before it."""
        self._pause = 0
        """Samples of silence due before the next clause."""

    def next(self, samples: Pcm) -> Pcm:
        """More of the present clause -> what is certain to be heard."""
        if self._edges is None:
            self._edges = Edges(QUIET, JOIN_KEPT if self.made else LEAD_KEPT, TAIL_KEPT)
        begins = self._edges.begun is None
        audio = self._edges.process(samples)
        if begins and len(audio):
            lead = np.zeros(self._pause if self.made else 0, np.int16)
            self.began = self.made + len(lead)
            audio = np.concatenate([lead, _faded_in(audio) if self.made else audio])
        return self._out(audio)

    def end(self, pause_ms: int) -> Pcm:
        """The clause is over; `pause_ms`: of silence before another -> the last of it."""
        edges, self._edges = self._edges, None
        if edges is None or edges.begun is None:
            return NOTHING
        tail = _faded_out(edges.process(NOTHING, last=True))
        self._pause = max(0, pause_ms * SAMPLES_PER_MS - len(tail))
        return self._out(tail)

    def _out(self, samples: Pcm) -> Pcm:
        self.made += len(samples)
        return samples


def _faded_in(samples: Pcm) -> Pcm:
    size = min(FADE, len(samples))
    ramp = np.arange(1, size + 1, dtype=np.float32) / FADE
    return np.concatenate([(samples[:size] * ramp).astype(np.int16), samples[size:]])


def _faded_out(samples: Pcm) -> Pcm:
    """To its very end, however long."""
    if not samples.size:
        return samples
    ramp = np.minimum(1.0, np.arange(len(samples), 0, -1, dtype=np.float32) / (FADE + 1))
    return (samples * ramp).astype(np.int16)
