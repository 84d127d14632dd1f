"""A connection to a provider's recogniser, whoever it is.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

from pipelines.engines.cloud.kept import Keepable
from pipelines.engines.stt.streamed.transcript import Flushed, HeardStretch

EarEvent: TypeAlias = HeardStretch | Flushed | None
"""None: the connection is closed."""


class ProviderEar(Keepable, Protocol):
    """One connection that hears one utterance at a time."""

    def begin(self) -> None:
        """An utterance begins: times count from here, and what was told of others is no longer told."""

    async def send(self, audio: bytes) -> None:
        """int16 little endian, 16 kHz. Raises RequestError; anything else means that it is cut."""

    async def flush(self) -> None:
        """No more audio: the final words of all of it are wanted now, and then `Flushed`, also where nothing
        was said: one that does not tell is not well."""

    async def event(self) -> EarEvent:
        """What is told next. Raises RequestError when the provider refuses."""
