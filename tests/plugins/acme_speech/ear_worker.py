"""The recogniser's worker: a partial for every 200 ms of audio, the final 120 ms after the last of it.

Writes down what is said in any language, and leaves it to the words to tell which it was. It takes no
grammar, and listens to all utterances that it is given, in turns.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from pipelines.workers.entry import WorkerSocket, become_worker
from pipelines.workers.protocol import Msg, WorkerMessage

from .buzz import Word, read

PARTIAL_BYTES = 6_400
"""200 ms."""
FINAL_AFTER_S = 0.120
"""What a model would take for its last look."""


@dataclass(slots=True)
class Utterance:
    audio: bytearray = field(default_factory=bytearray)
    looked: int = 0
    """Bytes at the last partial."""
    said: str = ""
    due: float | None = None
    """When its final is said (monotonic), once all audio has come."""

    def words(self) -> list[Word]:
        return read(np.frombuffer(bytes(self.audio), np.int16))


class Ear:
    def __init__(self, sock: WorkerSocket) -> None:
        self._sock = sock
        self._utterances: dict[int, Utterance] = {}

    def run(self) -> None:
        while True:
            for message in self._sock.receive(self._until_due()):
                self._take(message)
            now = time.monotonic()
            for id, utterance in list(self._utterances.items()):
                if utterance.due is not None and utterance.due <= now:
                    self._final(id, utterance)
                elif utterance.due is None and len(utterance.audio) - utterance.looked >= PARTIAL_BYTES:
                    self._partial(id, utterance)

    def _until_due(self) -> float | None:
        due = [utterance.due for utterance in self._utterances.values() if utterance.due is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _take(self, message: WorkerMessage) -> None:
        if message.kind is Msg.OPEN:
            self._utterances[message.id] = Utterance()
        utterance = self._utterances.get(message.id)
        if utterance is None:
            return
        match message.kind:
            case Msg.AUDIO:
                utterance.audio += message.payload
            case Msg.FINISH:
                utterance.due = time.monotonic() + FINAL_AFTER_S
            case Msg.CANCEL:
                del self._utterances[message.id]
            case _:
                pass

    def _partial(self, id: int, utterance: Utterance) -> None:
        utterance.looked = len(utterance.audio)
        text = " ".join(word.text for word in utterance.words())
        if text and text != utterance.said:
            utterance.said = text
            self._sock.send_json(Msg.RESULT, id, text=text, confidence=0.5)

    def _final(self, id: int, utterance: Utterance) -> None:
        del self._utterances[id]
        words = utterance.words()
        self._sock.send_json(
            Msg.DONE,
            id,
            text=" ".join(word.text for word in words),
            confidence=0.9 if words else 0.0,
            understood=bool(words),
            words=[[word.text, word.start_ms, word.end_ms] for word in words],
        )


def main() -> None:
    sock = become_worker()
    sock.send_json(Msg.READY)
    Ear(sock).run()
