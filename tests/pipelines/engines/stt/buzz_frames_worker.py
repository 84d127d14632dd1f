"""A worker whose model hears Buzz frame by frame, and writes each word three frames late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.engines.stt.framed.listening import FramedWorker
from pipelines.engines.stt.rolling.guards import UnsoundModelError
from pipelines.engines.stt.rolling.hypothesis import WindowWord
from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg
from tests.plugins.acme_speech.buzz import read

LATE = 3


class BuzzStream:
    def __init__(self) -> None:
        self._audio: list[npt.NDArray[np.int16]] = []

    def hear(self, frame: npt.NDArray[np.int16]) -> None:
        assert len(frame) == BuzzFrames.frame_samples
        self._audio.append(frame)

    def words(self) -> list[WindowWord]:
        heard = self._audio[:-LATE]
        words = read(np.concatenate(heard)) if heard else []
        if any(word.text == "nan" for word in words):
            raise UnsoundModelError("the model gave no numbers (NaN)")
        return [WindowWord(f" {word.text}", word.start_ms, word.end_ms, 0.9) for word in words]


class BuzzFrames:
    frame_samples = 1_280
    late_frames = LATE

    def open(self) -> BuzzStream:
        return BuzzStream()


def main() -> None:
    sock = become_worker()
    sock.send_json(Msg.READY)
    FramedWorker(sock, BuzzFrames()).run()
