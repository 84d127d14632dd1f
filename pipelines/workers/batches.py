"""For workers whose model answers several requests at once: collects what waits and hands it over as a list.

Runs in the child only. A request that cannot be answered must not fail those that share its batch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from pipelines.workers.entry import WorkerSocket
from pipelines.workers.faults import ABOUT_REQUEST, kind_of, said
from pipelines.workers.protocol import Msg, WorkerMessage

USUAL_MOST = 8
"""Requests in one batch."""


class BatchedRequest:
    """One request as the model's side sees it."""

    def __init__(self, batches: Batches, id: int, fields: Mapping[str, Any]) -> None:
        self.id = id
        self.fields = fields
        """Of its OPEN."""
        self.audio = bytearray()
        """int16 little endian, 16 kHz, as far as it has come."""
        self.finished = False
        """The caller of it has sent all audio."""
        self.begun = False
        """Something was answered."""
        self.over = False
        """It has had its last answer, or nobody wants one any more."""
        self.ahead = 0
        """Samples of speech that were answered and not yet taken."""
        self.priority = int(fields.get("priority", 0))
        """0: somebody waits on a line; what has a higher one comes after all such."""
        self._batches = batches

    def result(self, **fields: Any) -> None:
        """An answer after which more may come."""
        self._answer(Msg.RESULT, fields)

    def speech(self, samples: bytes) -> None:
        """Audio as an answer: int16 little endian, 16 kHz."""
        if not self.over:
            self.begun = True
            self.ahead += len(samples) // 2
            self._batches.sock.send(Msg.AUDIO, self.id, samples)

    def done(self, **fields: Any) -> None:
        """The last answer."""
        self._answer(Msg.DONE, fields)

    def failed(self, why: str, **more: object) -> None:
        """The last answer: there is none, and why. `more`: `kind` (pipelines.workers.faults), `missing`."""
        self._answer(Msg.FAILED, {"error": why, **more})

    def _answer(self, kind: Msg, fields: Mapping[str, Any]) -> None:
        if self.over:
            return
        self.begun = True
        self._batches.sock.send_json(kind, self.id, **fields)
        if kind is not Msg.RESULT:
            self.over = True
            self._batches.forget(self)


class Batches:
    """Requests by priority, and then in the order in which they came; those that are `ripe` wait for the next
    batch."""

    def __init__(
        self,
        sock: WorkerSocket,
        *,
        ripe: Callable[[BatchedRequest], bool],
        most: int = USUAL_MOST,
        window_ms: float = 0.0,
        first: Callable[[BatchedRequest], bool] | None = None,
    ) -> None:
        """`most`: requests in one batch. `ripe`: whether there is something to compute for a request.
        `window_ms`: so long a batch that is not full waits for requests of others that are not ripe yet.
        What the server's settings say of both comes first. `first`: those of the ripe that make a batch of
        their own before all others, for which nothing waits."""
        self.sock = sock
        self._most = sock.max_batch or most
        self._window_s = (window_ms if sock.window_ms is None else sock.window_ms) / 1000
        self._ripe = ripe
        self._first = first
        self.requests: dict[int, BatchedRequest] = {}
        """By id; those that are over are gone."""

    def look(self, timeout: float | None = 0.0) -> None:
        """Take what has come, after waiting up to `timeout` seconds (None: for ever). In the middle of long
        work this answers pings, and what is no longer wanted becomes `over`."""
        for message in self.sock.receive(timeout):
            self._take(message)

    def next(self) -> list[BatchedRequest]:
        """The batch to compute now; waits for its first request, and for others no longer than the window."""
        self.look()
        while True:
            while not (ripe := self._now_ripe()):
                self.look(None)
            end = time.monotonic() + self._window_s
            while self._may_grow(ripe) and (left := end - time.monotonic()) > 0:
                self.look(left)
                ripe = self._now_ripe()
            if ripe:  # else nobody wants it any more
                return ripe[: self._most]

    def computed(self, requests: int) -> None:
        """The model has taken one step for so many requests together: fewer than were handed over, where it
        takes them one by one. Told in the figures."""
        self.sock.batch_sizes[requests] += 1

    def _now_ripe(self) -> list[BatchedRequest]:
        ripe = [each for each in list(self.requests.values()) if self._is_ripe(each)]
        if self._first is not None:
            ripe = [each for each in ripe if self._first(each)] or ripe
        ripe.sort(key=lambda request: request.priority)
        return ripe

    def _is_ripe(self, request: BatchedRequest) -> bool:
        try:
            return self._ripe(request)
        except Exception as error:  # of what stands in it: another machine may have written it
            request.failed(said(error), kind=kind_of(error) or ABOUT_REQUEST)
            return False

    def _may_grow(self, ripe: Sequence[BatchedRequest]) -> bool:
        """Others may have something to compute soon, too."""
        if not self._window_s or (self._first is not None and any(map(self._first, ripe))):
            return False
        return 0 < len(ripe) < min(self._most, len(self.requests))

    def forget(self, request: BatchedRequest) -> None:
        self.requests.pop(request.id, None)

    def run(self, work: Callable[[Sequence[BatchedRequest]], None]) -> NoReturn:
        """Have batch after batch answered. What `work` raises fails a request only once that has been tried
        alone, or was answered in part."""
        while True:
            batch = self.next()
            error = self._tried(work, batch)
            for request in [each for each in batch if error and not each.over]:
                alone = error if request.begun or len(batch) == 1 else self._tried(work, [request])
                if alone is not None:
                    request.failed(said(alone), kind=kind_of(alone))

    def _tried(
        self, work: Callable[[Sequence[BatchedRequest]], None], batch: Sequence[BatchedRequest]
    ) -> Exception | None:
        """What was raised."""
        try:
            work(batch)
        except Exception as error:  # whatever a model does
            return error.with_traceback(None)  # its frames hold tensors
        return None

    def _take(self, message: WorkerMessage) -> None:
        if message.kind is Msg.OPEN:
            try:
                self.requests[message.id] = BatchedRequest(self, message.id, message.json())
            except (ValueError, TypeError) as error:
                self.sock.send_json(Msg.FAILED, message.id, error=said(error), kind=ABOUT_REQUEST)
            return
        request = self.requests.get(message.id)
        if request is None:
            return
        match message.kind:
            case Msg.AUDIO:
                request.audio += message.payload
            case Msg.FINISH:
                request.finished = True
            case Msg.CREDIT:
                request.ahead -= int.from_bytes(message.payload, "little")
            case Msg.CANCEL:
                request.over = True
                self.forget(request)
            case _:
                pass
