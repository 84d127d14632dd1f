"""A model that calls back with what it has made, as an iterator: it runs on a thread of its own, and never
further ahead than a few pieces of who takes them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from mediaserver.errors import VoiceForgeError

PIECES_AHEAD = 2


class NoLongerWantedError(VoiceForgeError):
    """Raised inside the model's own code to end it."""


class Pumped:
    """`run(put)` makes the pieces. `put` waits for room, and raises NoLongerWantedError once this is closed."""

    def __init__(self, run: Callable[[Callable[[Any], None]], None], ahead: int = PIECES_AHEAD) -> None:
        self._pieces: queue.Queue[tuple[Any, BaseException | None, bool]] = queue.Queue(ahead)
        self._closed = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, args=(run,), daemon=True)
        self._thread.start()

    def __iter__(self) -> Pumped:
        return self

    def __next__(self) -> Any:
        """Raises what `run` raised."""
        if self._over:
            raise StopIteration
        piece, error, more = self._pieces.get()
        if more:
            return piece
        self._over = True
        if error is not None:
            raise error
        raise StopIteration

    def close(self) -> None:
        """Nobody wants the rest. Returns when the model has ended: its next one would meet it otherwise."""
        self._closed.set()
        self._over = True
        while self._thread.is_alive():
            try:
                self._pieces.get(timeout=0.02)
            except queue.Empty:
                pass

    def _run(self, run: Callable[[Callable[[Any], None]], None]) -> None:
        error: BaseException | None = None
        try:
            run(self._put)
        except NoLongerWantedError:
            return
        except BaseException as raised:
            error = raised
        try:
            self._offer((None, error, False))
        except NoLongerWantedError:
            pass

    def _put(self, piece: Any) -> None:
        self._offer((piece, None, True))

    def _offer(self, item: tuple[Any, BaseException | None, bool]) -> None:
        while not self._closed.is_set():
            try:
                self._pieces.put(item, timeout=0.1)
            except queue.Full:
                continue
            return
        raise NoLongerWantedError
