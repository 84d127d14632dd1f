"""outbound"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.outbound_shown import OutboundShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import outbound as _outbound

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Outbound:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def get(
        self,
    ) -> OutboundShown:
        """What calls out have used of their limits, for all, each caller and each trunk, and what is left."""
        return self._client.ask(_outbound.request(), _outbound.read)


class AsyncOutbound:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def get(
        self,
    ) -> OutboundShown:
        """What calls out have used of their limits, for all, each caller and each trunk, and what is left."""
        return await self._client.ask(_outbound.request(), _outbound.read)
