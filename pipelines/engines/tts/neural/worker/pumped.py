"""A model that calls back with what it has made, as an iterator: it runs on a thread of its own, and never
further ahead than a few pieces of who takes them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import Any

from mediaserver.errors import VoiceForgeError

PIECES_AHEAD = 2
_LOOK_S = 0.1

Run = Callable[[Callable[[Any], None]], None]


class NoLongerWantedError(VoiceForgeError):
    """Raised inside the model's own code to end it."""


def pumped(run: Run, ahead: int = PIECES_AHEAD) -> Generator[Any, None, None]:
    """`run(put)` makes the pieces; `put` waits for room, and raises NoLongerWantedError once this is closed.
    Raises what `run` raises."""
    pump = _Pump(run, ahead)
    try:
        while (piece := pump.pieces.get()) is not pump:
            yield piece
        if pump.error is not None:
            raise pump.error
    finally:
        pump.end()


class _Pump:
    def __init__(self, run: Run, ahead: int) -> None:
        self.pieces: queue.Queue[Any] = queue.Queue(ahead)
        """This itself comes last."""
        self.error: BaseException | None = None
        self._run = run
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Returns when the model has ended: the next text's would meet it otherwise."""
        self._closed.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            self._run(self._put)
        except NoLongerWantedError:
            return
        except BaseException as error:
            self.error = error
        try:
            self._put(self)
        except NoLongerWantedError:
            pass

    def _put(self, piece: Any) -> None:
        while not self._closed.is_set():
            try:
                self.pieces.put(piece, timeout=_LOOK_S)
            except queue.Full:
                continue
            return
        raise NoLongerWantedError("nobody wants the rest of it")
