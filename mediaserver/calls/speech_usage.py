"""What one call's engines of speech were used for: added up as it goes, kept when the call is over.

Cheap by construction: the media clock tells it of each utterance. What a long call used is kept now and then,
so that a process that dies has lost minutes of it at most.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from mediaserver.calls.call import Call, CallState
from mediaserver.storage.records import UsageCounted, UsageKind

KEPT_EVERY_MS = 120_000
"""Of the call, once something is used."""


class SpeechUsage:
    """Implements pipelines.engines.counting.SpeechCounter."""

    def __init__(self, call: Call, flow: str = "") -> None:
        """`flow`: that the call's agent runs, if any."""
        self._call = call
        self._flow = flow
        self._used: dict[tuple[UsageKind, str], float] = {}
        self._kept_ms = 0
        call.on_end(self._over)

    def spoke(self, engine: str, characters: int) -> None:
        self._add(UsageKind.TTS_CHARACTERS, engine, characters)

    def sounded(self, engine: str, seconds: float) -> None:
        self._add(UsageKind.TTS_SECONDS, engine, seconds)

    def heard(self, engine: str, seconds: float) -> None:
        self._add(UsageKind.STT_SECONDS, engine, seconds)

    def _add(self, kind: UsageKind, engine: str, amount: float) -> None:
        self._used[kind, engine] = self._used.get((kind, engine), 0.0) + amount
        ended = self._call.state is CallState.ENDED  # an engine may finish a little later
        if ended or self._call.elapsed_ms() - self._kept_ms > KEPT_EVERY_MS:
            self._keep()

    def _over(self, call: Call) -> None:
        self._keep()

    def _keep(self) -> None:
        call, used = self._call, self._used
        self._used, self._kept_ms = {}, call.elapsed_ms()
        now = datetime.now(UTC)
        for (kind, engine), amount in used.items():
            call.put(
                UsageCounted(
                    uuid4(), now, call.owner, kind, amount, engine, call.agent, self._flow, call.id
                )
            )  # fmt: skip
