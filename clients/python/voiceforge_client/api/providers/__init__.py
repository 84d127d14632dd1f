"""providers"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.problem_shown import ProblemShown
from ...models.providers_shown import ProvidersShown
from ...types import UNSET, File, ServerEvent, Unset
from . import providers as _providers

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Providers:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
    ) -> ProvidersShown:
        """All ways in and out: trunks, phones that register, the library of another SIP stack, and carriers."""
        return self._client.ask(_providers.request(), _providers.read)


class AsyncProviders:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
    ) -> ProvidersShown:
        """All ways in and out: trunks, phones that register, the library of another SIP stack, and carriers."""
        return await self._client.ask(_providers.request(), _providers.read)
