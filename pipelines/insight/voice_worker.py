"""The process that looks at callers' voices: an utterance in, its figures out.

Not a thread of the server's: its many short steps would take the interpreter's lock from the media clock
again and again.
"""

from __future__ import annotations

import numpy as np

from pipelines.insight.voice_figures import VoiceWishes, figures_of
from pipelines.workers.entry import WorkerSocket, become_worker
from pipelines.workers.protocol import Msg, WorkerMessage


def main() -> None:
    sock = become_worker()
    warm = np.zeros(16_000, np.int16)
    figures_of(warm, VoiceWishes(mood=True, speakers=True))  # the first use of each library takes longer
    sock.send_json(Msg.READY)
    answering = UtterancesLookedAt(sock)
    while True:
        for message in sock.receive(None):
            answering.take(message)


class UtterancesLookedAt:
    """Answers each utterance when it is whole."""

    def __init__(self, sock: WorkerSocket) -> None:
        self._sock = sock
        self._open: dict[int, tuple[VoiceWishes, bytearray]] = {}

    def take(self, message: WorkerMessage) -> None:
        match message.kind:
            case Msg.OPEN:
                told = message.json()
                wishes = VoiceWishes(bool(told.get("mood")), bool(told.get("speakers")))
                self._open[message.id] = wishes, bytearray()
            case Msg.AUDIO if message.id in self._open:
                self._open[message.id][1].extend(message.payload)
            case Msg.FINISH if message.id in self._open:
                wishes, audio = self._open.pop(message.id)
                self._answer(message.id, wishes, audio)
            case Msg.CANCEL:
                self._open.pop(message.id, None)
            case _:
                pass

    def _answer(self, id: int, wishes: VoiceWishes, audio: bytearray) -> None:
        try:
            samples = np.frombuffer(bytes(audio[: len(audio) // 2 * 2]), "<i2")
            self._sock.send_json(Msg.DONE, id, **figures_of(samples, wishes).as_json())
        except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            self._sock.send_json(Msg.FAILED, id, error=f"{type(error).__name__}: {error}")
