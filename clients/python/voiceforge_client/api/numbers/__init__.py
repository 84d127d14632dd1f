"""numbers"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.new_number import NewNumber
from ...models.number_body import NumberBody
from ...models.number_shown import NumberShown
from ...models.page_number_shown import PageNumberShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import number as _number
from . import numbers as _numbers
from . import numbers_add as _numbers_add
from . import numbers_change as _numbers_change
from . import numbers_remove as _numbers_remove

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Numbers:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageNumberShown:
        """All numbers, in order."""
        return self._client.ask(
            _numbers.request(
                limit=limit,
                cursor=cursor,
            ),
            _numbers.read,
        )

    def add(
        self,
        *,
        number: str,
        label: str | Unset = "",
        trunk: str | Unset = "",
        provider: str | Unset = "",
        agent: None | str | Unset = UNSET,
        route: int | None | Unset = UNSET,
    ) -> NumberShown:
        """Add a number."""
        return self._client.ask(
            _numbers_add.request(
                body=NewNumber(
                    number=number,
                    label=label,
                    trunk=trunk,
                    provider=provider,
                    agent=agent,
                    route=route,
                ),
            ),
            _numbers_add.read,
        )

    def get(
        self,
        number: str,
    ) -> NumberShown:
        """One number. Its `+` may be left out."""
        return self._client.ask(
            _number.request(
                number=number,
            ),
            _number.read,
        )

    def change(
        self,
        number: str,
        *,
        label: str | Unset = "",
        trunk: str | Unset = "",
        provider: str | Unset = "",
        agent: None | str | Unset = UNSET,
        route: int | None | Unset = UNSET,
    ) -> NumberShown:
        """Put this in the place of what is said of a number. It counts from the next call on."""
        return self._client.ask(
            _numbers_change.request(
                number=number,
                body=NumberBody(
                    label=label,
                    trunk=trunk,
                    provider=provider,
                    agent=agent,
                    route=route,
                ),
            ),
            _numbers_change.read,
        )

    def remove(
        self,
        number: str,
    ) -> None:
        """Remove a number. Calls to it go where the patterns of routes say."""
        return self._client.ask(
            _numbers_remove.request(
                number=number,
            ),
            _numbers_remove.read,
        )


class AsyncNumbers:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageNumberShown:
        """All numbers, in order."""
        return await self._client.ask(
            _numbers.request(
                limit=limit,
                cursor=cursor,
            ),
            _numbers.read,
        )

    async def add(
        self,
        *,
        number: str,
        label: str | Unset = "",
        trunk: str | Unset = "",
        provider: str | Unset = "",
        agent: None | str | Unset = UNSET,
        route: int | None | Unset = UNSET,
    ) -> NumberShown:
        """Add a number."""
        return await self._client.ask(
            _numbers_add.request(
                body=NewNumber(
                    number=number,
                    label=label,
                    trunk=trunk,
                    provider=provider,
                    agent=agent,
                    route=route,
                ),
            ),
            _numbers_add.read,
        )

    async def get(
        self,
        number: str,
    ) -> NumberShown:
        """One number. Its `+` may be left out."""
        return await self._client.ask(
            _number.request(
                number=number,
            ),
            _number.read,
        )

    async def change(
        self,
        number: str,
        *,
        label: str | Unset = "",
        trunk: str | Unset = "",
        provider: str | Unset = "",
        agent: None | str | Unset = UNSET,
        route: int | None | Unset = UNSET,
    ) -> NumberShown:
        """Put this in the place of what is said of a number. It counts from the next call on."""
        return await self._client.ask(
            _numbers_change.request(
                number=number,
                body=NumberBody(
                    label=label,
                    trunk=trunk,
                    provider=provider,
                    agent=agent,
                    route=route,
                ),
            ),
            _numbers_change.read,
        )

    async def remove(
        self,
        number: str,
    ) -> None:
        """Remove a number. Calls to it go where the patterns of routes say."""
        return await self._client.ask(
            _numbers_remove.request(
                number=number,
            ),
            _numbers_remove.read,
        )
