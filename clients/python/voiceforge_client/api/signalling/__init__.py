"""signalling"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.messages_shown import MessagesShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import signalling_follow as _signalling_follow
from . import signalling_messages as _signalling_messages

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Signalling:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def messages(
        self,
        *,
        peer: str | Unset = "",
        method: str | Unset = "",
        limit: int | Unset = 100,
    ) -> MessagesShown:
        """The latest SIP messages, of calls and of all else."""
        return self._client.ask(
            _signalling_messages.request(
                peer=peer,
                method=method,
                limit=limit,
            ),
            _signalling_messages.read,
        )

    def follow(
        self,
        *,
        peer: str | Unset = "",
        method: str | Unset = "",
    ) -> Iterator[ServerEvent]:
        """The SIP messages that go by from now on, as server-sent events."""
        return self._client.read_events(
            _signalling_follow.request(
                peer=peer,
                method=method,
            )
        )


class AsyncSignalling:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def messages(
        self,
        *,
        peer: str | Unset = "",
        method: str | Unset = "",
        limit: int | Unset = 100,
    ) -> MessagesShown:
        """The latest SIP messages, of calls and of all else."""
        return await self._client.ask(
            _signalling_messages.request(
                peer=peer,
                method=method,
                limit=limit,
            ),
            _signalling_messages.read,
        )

    def follow(
        self,
        *,
        peer: str | Unset = "",
        method: str | Unset = "",
    ) -> AsyncIterator[ServerEvent]:
        """The SIP messages that go by from now on, as server-sent events."""
        return self._client.read_events(
            _signalling_follow.request(
                peer=peer,
                method=method,
            )
        )
