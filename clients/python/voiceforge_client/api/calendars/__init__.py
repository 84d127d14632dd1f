"""calendars"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.calendar_body import CalendarBody
from ...models.calendar_day import CalendarDay
from ...models.calendar_shown import CalendarShown
from ...models.calendars_shown import CalendarsShown
from ...models.new_calendar import NewCalendar
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import calendar as _calendar
from . import calendars as _calendars
from . import calendars_add as _calendars_add
from . import calendars_change as _calendars_change
from . import calendars_remove as _calendars_remove

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Calendars:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
    ) -> CalendarsShown:
        """All calendars, by name."""
        return self._client.ask(_calendars.request(), _calendars.read)

    def add(
        self,
        *,
        days: List[CalendarDay],
        name: str,
        label: str | Unset = "",
    ) -> CalendarShown:
        """Add a calendar."""
        return self._client.ask(
            _calendars_add.request(
                body=NewCalendar(
                    days=days,
                    name=name,
                    label=label,
                ),
            ),
            _calendars_add.read,
        )

    def get(
        self,
        name: str,
    ) -> CalendarShown:
        """One calendar."""
        return self._client.ask(
            _calendar.request(
                name=name,
            ),
            _calendar.read,
        )

    def change(
        self,
        name: str,
        *,
        days: List[CalendarDay],
        label: str | Unset = "",
    ) -> CalendarShown:
        """Put this in the place of a calendar. It counts from the next call on."""
        return self._client.ask(
            _calendars_change.request(
                name=name,
                body=CalendarBody(
                    days=days,
                    label=label,
                ),
            ),
            _calendars_change.read,
        )

    def remove(
        self,
        name: str,
    ) -> None:
        """Remove a calendar by which no route goes."""
        return self._client.ask(
            _calendars_remove.request(
                name=name,
            ),
            _calendars_remove.read,
        )


class AsyncCalendars:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
    ) -> CalendarsShown:
        """All calendars, by name."""
        return await self._client.ask(_calendars.request(), _calendars.read)

    async def add(
        self,
        *,
        days: List[CalendarDay],
        name: str,
        label: str | Unset = "",
    ) -> CalendarShown:
        """Add a calendar."""
        return await self._client.ask(
            _calendars_add.request(
                body=NewCalendar(
                    days=days,
                    name=name,
                    label=label,
                ),
            ),
            _calendars_add.read,
        )

    async def get(
        self,
        name: str,
    ) -> CalendarShown:
        """One calendar."""
        return await self._client.ask(
            _calendar.request(
                name=name,
            ),
            _calendar.read,
        )

    async def change(
        self,
        name: str,
        *,
        days: List[CalendarDay],
        label: str | Unset = "",
    ) -> CalendarShown:
        """Put this in the place of a calendar. It counts from the next call on."""
        return await self._client.ask(
            _calendars_change.request(
                name=name,
                body=CalendarBody(
                    days=days,
                    label=label,
                ),
            ),
            _calendars_change.read,
        )

    async def remove(
        self,
        name: str,
    ) -> None:
        """Remove a calendar by which no route goes."""
        return await self._client.ask(
            _calendars_remove.request(
                name=name,
            ),
            _calendars_remove.read,
        )
