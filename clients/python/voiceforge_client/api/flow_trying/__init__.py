"""flow_trying"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.flow_to_try import FlowToTry
from ...models.flow_to_try_about import FlowToTryAbout
from ...models.flow_to_try_direction import (
    FlowToTryDirection,
    check_flow_to_try_direction,
)
from ...models.flow_to_try_document import FlowToTryDocument
from ...models.problem_shown import ProblemShown
from ...models.tried_answer import TriedAnswer
from ...models.tried_turn import TriedTurn
from ...models.tried_turn_returned import TriedTurnReturned, check_tried_turn_returned
from ...types import UNSET, File, ServerEvent, Unset
from . import flow_trying_begin_try as _flow_trying_begin_try
from . import flow_trying_end_try as _flow_trying_end_try
from . import flow_trying_go_on as _flow_trying_go_on

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class FlowTrying:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def begin_try(
        self,
        *,
        document: FlowToTryDocument | dict[str, Any],
        flow: None | str | Unset = UNSET,
        direction: FlowToTryDirection | Unset = "inbound",
        caller: str | Unset = "",
        about: FlowToTryAbout | dict[str, Any] | Unset = UNSET,
    ) -> TriedAnswer:
        """Begin a conversation by text with a document that need not be kept; what it says first comes back.

        422 for one with errors. Its requests, functions and models are real; other agents and the server's
        tools
        are not there, and a transfer is one when you say so (`returned`: nobody took it). It is forgotten
        when nobody goes on with it for 15 minutes.
        """
        return self._client.ask(
            _flow_trying_begin_try.request(
                body=FlowToTry(
                    document=FlowToTryDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    flow=flow,
                    direction=direction,
                    caller=caller,
                    about=FlowToTryAbout.from_dict(about)
                    if isinstance(about, dict)
                    else about,
                ),
            ),
            _flow_trying_begin_try.read,
        )

    def go_on(
        self,
        id: UUID,
        *,
        text: str | Unset = "",
        keys: str | Unset = "",
        returned: TriedTurnReturned | Unset = "",
    ) -> TriedAnswer:
        """The caller speaks, presses keys, or is silent; the flow's answer comes back."""
        return self._client.ask(
            _flow_trying_go_on.request(
                id=id,
                body=TriedTurn(
                    text=text,
                    keys=keys,
                    returned=returned,
                ),
            ),
            _flow_trying_go_on.read,
        )

    def end_try(
        self,
        id: UUID,
    ) -> None:
        """The caller hangs up."""
        return self._client.ask(
            _flow_trying_end_try.request(
                id=id,
            ),
            _flow_trying_end_try.read,
        )


class AsyncFlowTrying:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def begin_try(
        self,
        *,
        document: FlowToTryDocument | dict[str, Any],
        flow: None | str | Unset = UNSET,
        direction: FlowToTryDirection | Unset = "inbound",
        caller: str | Unset = "",
        about: FlowToTryAbout | dict[str, Any] | Unset = UNSET,
    ) -> TriedAnswer:
        """Begin a conversation by text with a document that need not be kept; what it says first comes back.

        422 for one with errors. Its requests, functions and models are real; other agents and the server's
        tools
        are not there, and a transfer is one when you say so (`returned`: nobody took it). It is forgotten
        when nobody goes on with it for 15 minutes.
        """
        return await self._client.ask(
            _flow_trying_begin_try.request(
                body=FlowToTry(
                    document=FlowToTryDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    flow=flow,
                    direction=direction,
                    caller=caller,
                    about=FlowToTryAbout.from_dict(about)
                    if isinstance(about, dict)
                    else about,
                ),
            ),
            _flow_trying_begin_try.read,
        )

    async def go_on(
        self,
        id: UUID,
        *,
        text: str | Unset = "",
        keys: str | Unset = "",
        returned: TriedTurnReturned | Unset = "",
    ) -> TriedAnswer:
        """The caller speaks, presses keys, or is silent; the flow's answer comes back."""
        return await self._client.ask(
            _flow_trying_go_on.request(
                id=id,
                body=TriedTurn(
                    text=text,
                    keys=keys,
                    returned=returned,
                ),
            ),
            _flow_trying_go_on.read,
        )

    async def end_try(
        self,
        id: UUID,
    ) -> None:
        """The caller hangs up."""
        return await self._client.ask(
            _flow_trying_end_try.request(
                id=id,
            ),
            _flow_trying_end_try.read,
        )
