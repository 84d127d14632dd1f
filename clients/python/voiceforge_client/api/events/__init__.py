"""events"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.event_page import EventPage
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import event_stream as _event_stream
from . import events as _events

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Events:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        topics: List[str] | Unset = UNSET,
        call: None | Unset | UUID = UNSET,
        after: int | Unset = 0,
        limit: int | Unset = 100,
    ) -> EventPage:
        """Stored events in their order.

        Each has a number; ask for those behind the last one you have. No event ever gets a number before
        one that
        you were shown. A key sees its own.
        """
        return self._client.ask(
            _events.request(
                topics=topics,
                call=call,
                after=after,
                limit=limit,
            ),
            _events.read,
        )

    def stream(
        self,
        *,
        topics: List[str] | Unset = UNSET,
        call: None | Unset | UUID = UNSET,
        after: int | None | Unset = UNSET,
        partials: bool | Unset = False,
    ) -> Iterator[ServerEvent]:
        """Events as server-sent events, from now on or from where you were.

        `id` is the number; a browser's EventSource sends it when it comes back and goes on there. `event`
        is the
        topic, `data` what `/api/events` shows. First comes `ready` with the number from which on you are
        told;
        `gap` says that events up to a number are not kept any more; `reset` that no event has your number
        yet,
        since the database was made anew, and from which on you are told; `partial` has no number.
        """
        return self._client.read_events(
            _event_stream.request(
                topics=topics,
                call=call,
                after=after,
                partials=partials,
            )
        )


class AsyncEvents:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        topics: List[str] | Unset = UNSET,
        call: None | Unset | UUID = UNSET,
        after: int | Unset = 0,
        limit: int | Unset = 100,
    ) -> EventPage:
        """Stored events in their order.

        Each has a number; ask for those behind the last one you have. No event ever gets a number before
        one that
        you were shown. A key sees its own.
        """
        return await self._client.ask(
            _events.request(
                topics=topics,
                call=call,
                after=after,
                limit=limit,
            ),
            _events.read,
        )

    def stream(
        self,
        *,
        topics: List[str] | Unset = UNSET,
        call: None | Unset | UUID = UNSET,
        after: int | None | Unset = UNSET,
        partials: bool | Unset = False,
    ) -> AsyncIterator[ServerEvent]:
        """Events as server-sent events, from now on or from where you were.

        `id` is the number; a browser's EventSource sends it when it comes back and goes on there. `event`
        is the
        topic, `data` what `/api/events` shows. First comes `ready` with the number from which on you are
        told;
        `gap` says that events up to a number are not kept any more; `reset` that no event has your number
        yet,
        since the database was made anew, and from which on you are told; `partial` has no number.
        """
        return self._client.read_events(
            _event_stream.request(
                topics=topics,
                call=call,
                after=after,
                partials=partials,
            )
        )
