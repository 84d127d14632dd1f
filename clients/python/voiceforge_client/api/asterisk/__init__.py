"""asterisk"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import asterisk_announce_call as _asterisk_announce_call

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Asterisk:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def announce_call(
        self,
        *,
        body: Any,
    ) -> str:
        """Announce a call that comes by AudioSocket: who calls, and whom. Its UUID, as plain text.

        For `AudioSocket(${CURL(…)},HOST:PORT)` in a dialplan (docs/asterisk.md). The UUID holds for one
        connection within 30 s.
        """
        return self._client.ask(
            _asterisk_announce_call.request(
                body=body,
            ),
            _asterisk_announce_call.read,
        )


class AsyncAsterisk:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def announce_call(
        self,
        *,
        body: Any,
    ) -> str:
        """Announce a call that comes by AudioSocket: who calls, and whom. Its UUID, as plain text.

        For `AudioSocket(${CURL(…)},HOST:PORT)` in a dialplan (docs/asterisk.md). The UUID holds for one
        connection within 30 s.
        """
        return await self._client.ask(
            _asterisk_announce_call.request(
                body=body,
            ),
            _asterisk_announce_call.read,
        )
