"""erasures"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.erasure_shown import ErasureShown
from ...models.new_erasure import NewErasure
from ...models.page_erasure_shown import PageErasureShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import erasures_begin as _erasures_begin
from . import erasures_listed as _erasures_listed
from . import erasures_one as _erasures_one

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Erasures:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageErasureShown:
        """All of them, newest first."""
        return self._client.ask(
            _erasures_listed.request(
                limit=limit,
                cursor=cursor,
            ),
            _erasures_listed.read,
        )

    def begin(
        self,
        *,
        caller: str,
    ) -> ErasureShown:
        """Remove all that is kept of a caller.

        Calls from and to the number with transcripts, events, outcomes, recordings and messages, and what
        agents
        have learnt of it. In calls of others that mention it two of its digits are left; where it was rung
        for
        one, or that was transferred to it, the recording goes, too. The answer comes when it is done, or
        after
        five seconds; what is left then goes on by itself. Asked for again while it runs, it is the same
        one.
        """
        return self._client.ask(
            _erasures_begin.request(
                body=NewErasure(
                    caller=caller,
                ),
            ),
            _erasures_begin.read,
        )

    def get(
        self,
        id: UUID,
    ) -> ErasureShown:
        """How far one is."""
        return self._client.ask(
            _erasures_one.request(
                id=id,
            ),
            _erasures_one.read,
        )


class AsyncErasures:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageErasureShown:
        """All of them, newest first."""
        return await self._client.ask(
            _erasures_listed.request(
                limit=limit,
                cursor=cursor,
            ),
            _erasures_listed.read,
        )

    async def begin(
        self,
        *,
        caller: str,
    ) -> ErasureShown:
        """Remove all that is kept of a caller.

        Calls from and to the number with transcripts, events, outcomes, recordings and messages, and what
        agents
        have learnt of it. In calls of others that mention it two of its digits are left; where it was rung
        for
        one, or that was transferred to it, the recording goes, too. The answer comes when it is done, or
        after
        five seconds; what is left then goes on by itself. Asked for again while it runs, it is the same
        one.
        """
        return await self._client.ask(
            _erasures_begin.request(
                body=NewErasure(
                    caller=caller,
                ),
            ),
            _erasures_begin.read,
        )

    async def get(
        self,
        id: UUID,
    ) -> ErasureShown:
        """How far one is."""
        return await self._client.ask(
            _erasures_one.request(
                id=id,
            ),
            _erasures_one.read,
        )
