"""The voice's worker: 100 ms of audio for every text of a batch in one step, as a model on a GPU would.

A step takes as long for eight texts as for one. The model's 24 kHz become 16 kHz here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from mediaserver.media.resample import StreamResampler
from pipelines.workers.batches import BatchedRequest, Batches
from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg

from .buzz import Pcm, say

RATE = 24_000
STEP_SAMPLES = RATE // 10
STEP_S = 0.030
"""Three times as fast as it is heard."""
AHEAD_SAMPLES = 16_000
"""At 16 kHz: made no further ahead of what was taken."""


class Speech:
    """One text: what the model has still to say of it."""

    def __init__(self, text: str) -> None:
        self.left: Pcm = say(text, RATE)
        self._to_wire = StreamResampler(RATE, 16_000)

    def step(self) -> bytes:
        """The next 100 ms, at 16 kHz; the last step is longer or shorter."""
        piece, self.left = self.left[:STEP_SAMPLES], self.left[STEP_SAMPLES:]
        made = self._to_wire.process(piece)
        if not len(self.left):
            made = np.concatenate([made, self._to_wire.flush()])
        return made.astype(np.int16).tobytes()


class Voice:
    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._speeches: dict[int, Speech] = {}

    def step(self, batch: Sequence[BatchedRequest]) -> None:
        """One step of the model for all that may go on."""
        known = self._batches.requests
        self._speeches = {id: speech for id, speech in self._speeches.items() if id in known}
        end = time.monotonic() + STEP_S
        while (left := end - time.monotonic()) > 0:
            self._batches.look(left)  # whoever has hung up meanwhile is left out
        self._batches.computed(len(batch))
        for request in batch:
            speech = self._speeches.get(request.id)
            if speech is None:
                speech = self._speeches[request.id] = Speech(str(request.fields["text"]))
            request.speech(speech.step())
            if not len(speech.left):
                request.done()


def may_go_on(request: BatchedRequest) -> bool:
    return request.ahead < AHEAD_SAMPLES


def main() -> None:
    sock = become_worker()
    batches = Batches(sock, most=8, ripe=may_go_on)
    sock.send_json(Msg.READY)
    batches.run(Voice(batches).step)
