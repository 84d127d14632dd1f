"""console"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.console_link import ConsoleLink
from ...models.page_console_session_shown import PageConsoleSessionShown
from ...models.problem_shown import ProblemShown
from ...models.signed_in import SignedIn
from ...types import UNSET, File, ServerEvent, Unset
from . import console_link as _console_link
from . import console_session_here as _console_session_here
from . import console_sessions as _console_sessions
from . import console_sign_in as _console_sign_in
from . import console_sign_out as _console_sign_out
from . import console_sign_out_here as _console_sign_out_here

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Console:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def link(
        self,
    ) -> ConsoleLink:
        """Make a link that signs one browser in, once and soon."""
        return self._client.ask(_console_link.request(), _console_link.read)

    def session_here(
        self,
    ) -> SignedIn:
        """Who the browser that asks is, and what it may do; also where it is nobody."""
        return self._client.ask(
            _console_session_here.request(), _console_session_here.read
        )

    def sign_out_here(
        self,
    ) -> None:
        """Sign out the browser that asks."""
        return self._client.ask(
            _console_sign_out_here.request(), _console_sign_out_here.read
        )

    def sessions(
        self,
    ) -> PageConsoleSessionShown:
        """The browsers that are signed in, newest first."""
        return self._client.ask(_console_sessions.request(), _console_sessions.read)

    def sign_in(
        self,
    ) -> None:
        """Sign in the browser that asks, for what its key may do: the key itself may be forgotten.

        204, with the cookie.
        """
        return self._client.ask(_console_sign_in.request(), _console_sign_in.read)

    def sign_out(
        self,
        id: UUID,
    ) -> None:
        """Sign a browser out."""
        return self._client.ask(
            _console_sign_out.request(
                id=id,
            ),
            _console_sign_out.read,
        )


class AsyncConsole:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def link(
        self,
    ) -> ConsoleLink:
        """Make a link that signs one browser in, once and soon."""
        return await self._client.ask(_console_link.request(), _console_link.read)

    async def session_here(
        self,
    ) -> SignedIn:
        """Who the browser that asks is, and what it may do; also where it is nobody."""
        return await self._client.ask(
            _console_session_here.request(), _console_session_here.read
        )

    async def sign_out_here(
        self,
    ) -> None:
        """Sign out the browser that asks."""
        return await self._client.ask(
            _console_sign_out_here.request(), _console_sign_out_here.read
        )

    async def sessions(
        self,
    ) -> PageConsoleSessionShown:
        """The browsers that are signed in, newest first."""
        return await self._client.ask(
            _console_sessions.request(), _console_sessions.read
        )

    async def sign_in(
        self,
    ) -> None:
        """Sign in the browser that asks, for what its key may do: the key itself may be forgotten.

        204, with the cookie.
        """
        return await self._client.ask(_console_sign_in.request(), _console_sign_in.read)

    async def sign_out(
        self,
        id: UUID,
    ) -> None:
        """Sign a browser out."""
        return await self._client.ask(
            _console_sign_out.request(
                id=id,
            ),
            _console_sign_out.read,
        )
