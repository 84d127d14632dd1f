"""The pocketsphinx worker: audio of many utterances in, partials and finals out.

One thread decodes in slices of 60 ms and looks at its socket between them, so utterances take turns and a
final never waits for more than a slice.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from pipelines.engines.stt.pocketsphinx.utterance import Ear
from pipelines.workers.entry import WorkerSocket, become_worker
from pipelines.workers.faults import ABOUT_REQUEST
from pipelines.workers.protocol import Msg, WorkerMessage

SLICE_BYTES = 1920
"""60 ms."""
FIRST_BYTES = 14_080
"""440 ms: what the kind of line is judged from before decoding begins. So much is there at once, kept from
before the caller was noticed, and its end is speech."""
URGENT_BYTES = 64_000
"""2 s, which take some 0.2 s."""
WEIGHED_WITHIN_S = 0.5
"""An answer that has waited so long for its final is not weighed any further: who waits for it takes silence
for an answer that nobody understood."""
IDLE_S = 0.3
"""After this long without work another decoder is made."""


@dataclass(slots=True)
class _Decoding:
    grammar: dict[str, Any] | None
    noise_db: float | None = None
    audio: bytearray = field(default_factory=bytearray)
    finished: float = 0.0
    """When FINISH came (perf_counter), 0 before."""
    ear: Ear | None = None
    said: str = ""
    weighing: bool = False
    """All was heard, and its final takes more than a slice."""

    @property
    def urgent(self) -> bool:
        """Its final is awaited and can soon be there. One that is long in coming (a caller who goes on and
        on, whose utterance is heard again from its start after each pause) waits its turn like all words."""
        return bool(self.finished) and not self.weighing and len(self.audio) <= URGENT_BYTES

    @property
    def ripe(self) -> bool:
        """There is something to do for it."""
        if self.finished:
            return True
        return len(self.audio) >= (SLICE_BYTES if self.ear is not None else FIRST_BYTES)


class _Recogniser:
    def __init__(self, sock: WorkerSocket, decoders: Decoders) -> None:
        self._sock = sock
        self._decoders = decoders
        self._utterances: OrderedDict[int, _Decoding] = OrderedDict()

    def run(self) -> None:
        while True:
            busy = self._work()
            busy = busy or self._muse()
            timeout = 0.0 if busy else IDLE_S if self._decoders.wanting else None
            idle = True
            for message in self._sock.receive(timeout):
                idle = False
                self._take(message)
            if not busy and idle and not self._utterances:
                self._decoders.make_next()

    def _take(self, message: WorkerMessage) -> None:
        id = message.id
        if message.kind is Msg.OPEN:
            try:
                fields = message.json()
                noise_db = fields.get("noise_db")
                self._utterances[id] = _Decoding(
                    fields.get("grammar"), None if noise_db is None else float(noise_db)
                )
            except (ValueError, TypeError) as error:
                self._failed(id, error)
            return
        utterance = self._utterances.get(id)
        if utterance is None:
            return
        if message.kind is Msg.AUDIO:
            utterance.audio += message.payload
        elif message.kind is Msg.FINISH:
            utterance.finished = time.perf_counter()
        elif message.kind is Msg.CANCEL:
            self._close(id)

    def _close(self, id: int) -> None:
        utterance = self._utterances.pop(id)
        if utterance.ear is not None:
            utterance.ear.close()

    def _work(self) -> bool:
        """One slice for one utterance; False when none is ripe. Those whose final is awaited come first."""
        chosen: int | None = None
        for id, utterance in self._utterances.items():
            if not utterance.ripe:
                continue
            if utterance.ear is None and not self._decoders.free(utterance.grammar is None):
                continue
            if utterance.urgent:
                chosen = id
                break
            if chosen is None:
                chosen = id
        if chosen is None:
            return False
        self._utterances.move_to_end(chosen)
        try:
            self._slice(chosen, self._utterances[chosen])
        except Exception as error:  # the grammar is not usable; another machine may have written it
            self._close(chosen)
            self._failed(chosen, error)
        return True

    def _failed(self, id: int, error: Exception) -> None:
        why = " ".join(str(error).split()) or repr(error)
        self._sock.send_json(Msg.FAILED, id, error=why, kind=ABOUT_REQUEST)

    def _muse(self) -> bool:
        """While nothing is to be decoded: whether an utterance had a use for the time."""
        return any(each.ear is not None and each.ear.muse() for each in self._utterances.values())

    def _slice(self, id: int, utterance: _Decoding) -> None:
        if utterance.ear is None:
            first = bytes(utterance.audio[:FIRST_BYTES])
            utterance.ear = self._decoders.listen(utterance.grammar, first, utterance.noise_db)
        piece = bytes(utterance.audio[:SLICE_BYTES])
        if piece:
            del utterance.audio[: len(piece)]
            utterance.ear.hear(piece)
        if utterance.ripe and utterance.audio:
            return
        if not utterance.finished:
            text = utterance.ear.text()
            if text != utterance.said:
                utterance.said = text
                self._sock.send_json(Msg.RESULT, id, **utterance.ear.partial(text))
            return
        late = time.perf_counter() - utterance.finished >= WEIGHED_WITHIN_S
        if not utterance.ear.weigh(hurry=late):
            utterance.weighing = True
            return
        final = utterance.ear.final(hurry=late)
        final["stt_ms"] = (time.perf_counter() - utterance.finished) * 1000.0
        self._close(id)
        self._sock.send_json(Msg.DONE, id, **final)


def main() -> None:
    sock = become_worker()
    decoders = Decoders(int(sock.options.get("decoders", 4)), dict(sock.options.get("pronunciations", {})))
    decoders.make_next()
    sock.send_json(Msg.READY)
    _Recogniser(sock, decoders).run()
