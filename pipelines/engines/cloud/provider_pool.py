"""The workers of a provider's engine, told apart from others by one thing: a provider that refused is left
alone for as long as it asked for, and until then the engine says that it is not ready.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

from mediaserver.errors import ProviderError, ProviderFault
from pipelines.engines.cloud.faults import error_of
from pipelines.workers.pool import WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import Requester

log = logging.getLogger(__name__)

REST_S = {
    ProviderFault.KEY: 30.0,
    ProviderFault.QUOTA: 120.0,
    ProviderFault.LIMIT: 5.0,
    ProviderFault.DOWN: 5.0,
    ProviderFault.WARMING: 10.0,
    ProviderFault.REFUSED: 0.0,
}
"""Where the provider does not say for how long."""
MOST_REST_S = 300.0


class ProviderRest:
    """Whether a provider may be asked now, as far as its answers tell."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self._why = ""
        self._kind = ProviderFault.DOWN

    @property
    def warming_s(self) -> float | None:
        """It loads its model: for about so long still. None: it does not."""
        if self._kind is not ProviderFault.WARMING or not self.trouble:
            return None
        return self._until - self._clock()

    @property
    def trouble(self) -> str:
        """Why it is left alone, in one line; empty when it may be asked."""
        return self._why if self._clock() < self._until else ""

    def failed(self, error: ProviderError) -> None:
        rest = REST_S[error.kind] if error.after_s is None else error.after_s
        if rest <= 0 or error.kind is ProviderFault.REFUSED:
            return
        if not self.trouble:
            log.warning("%s", error)
        self._until, self._why, self._kind = self._clock() + min(rest, MOST_REST_S), str(error), error.kind

    def answered(self) -> None:
        self._until = 0.0


class ProviderPool(WorkerPool):
    """See `WorkerPool`."""

    def __init__(self, spec: WorkerSpec, count: int) -> None:
        super().__init__(spec, count)
        self.rest = ProviderRest()

    @property
    def ready(self) -> bool:
        return super().ready and not self.rest.trouble

    def admitted(self, requester: Requester) -> Requester:
        return _Watched(requester, self.rest)


class _Watched:
    """A requester whose provider's faults are noticed."""

    def __init__(self, requester: Requester, rest: ProviderRest) -> None:
        self._requester = requester
        self._rest = rest

    def on_message(self, message: WorkerMessage) -> None:
        if message.kind is Msg.DONE:
            self._rest.answered()
        elif message.kind is Msg.FAILED:
            with suppress(ValueError):  # whoever asked will say so
                if (error := error_of(message.json())) is not None:
                    self._rest.failed(error)
        self._requester.on_message(message)

    def on_lost(self, why: str) -> None:
        self._requester.on_lost(why)
