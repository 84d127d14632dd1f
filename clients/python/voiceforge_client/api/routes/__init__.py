"""routes"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.page_route_shown import PageRouteShown
from ...models.problem_shown import ProblemShown
from ...models.resolved import Resolved
from ...models.route_body import RouteBody
from ...models.route_body_hours_type_0 import RouteBodyHoursType0
from ...models.route_fallback import RouteFallback
from ...models.route_shown import RouteShown
from ...types import UNSET, File, ServerEvent, Unset
from . import routes_add as _routes_add
from . import routes_change as _routes_change
from . import routes_listed as _routes_listed
from . import routes_one as _routes_one
from . import routes_remove as _routes_remove
from . import routes_resolve as _routes_resolve

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Routes:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def resolve(
        self,
        *,
        to: str,
        at: datetime.datetime | None | Unset = UNSET,
    ) -> Resolved:
        """Who would answer, and why. Nobody is called."""
        return self._client.ask(
            _routes_resolve.request(
                to=to,
                at=at,
            ),
            _routes_resolve.read,
        )

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageRouteShown:
        """All routes, the oldest first."""
        return self._client.ask(
            _routes_listed.request(
                limit=limit,
                cursor=cursor,
            ),
            _routes_listed.read,
        )

    def add(
        self,
        *,
        pattern: str,
        agent: str,
        priority: int | Unset = 100,
        label: str | Unset = "",
        valid_from: datetime.datetime | None | Unset = UNSET,
        valid_until: datetime.datetime | None | Unset = UNSET,
        time_zone: str | Unset = "UTC",
        hours: None | RouteBodyHoursType0 | Unset = UNSET,
        calendar: None | str | Unset = UNSET,
        fallback: None | RouteFallback | Unset = UNSET,
    ) -> RouteShown:
        """Add a route. It counts from the next call on."""
        return self._client.ask(
            _routes_add.request(
                body=RouteBody(
                    pattern=pattern,
                    agent=agent,
                    priority=priority,
                    label=label,
                    valid_from=valid_from,
                    valid_until=valid_until,
                    time_zone=time_zone,
                    hours=hours,
                    calendar=calendar,
                    fallback=fallback,
                ),
            ),
            _routes_add.read,
        )

    def get(
        self,
        id: int,
    ) -> RouteShown:
        """One route."""
        return self._client.ask(
            _routes_one.request(
                id=id,
            ),
            _routes_one.read,
        )

    def change(
        self,
        id: int,
        *,
        pattern: str,
        agent: str,
        priority: int | Unset = 100,
        label: str | Unset = "",
        valid_from: datetime.datetime | None | Unset = UNSET,
        valid_until: datetime.datetime | None | Unset = UNSET,
        time_zone: str | Unset = "UTC",
        hours: None | RouteBodyHoursType0 | Unset = UNSET,
        calendar: None | str | Unset = UNSET,
        fallback: None | RouteFallback | Unset = UNSET,
    ) -> RouteShown:
        """Put this in the place of a route. It counts from the next call on."""
        return self._client.ask(
            _routes_change.request(
                id=id,
                body=RouteBody(
                    pattern=pattern,
                    agent=agent,
                    priority=priority,
                    label=label,
                    valid_from=valid_from,
                    valid_until=valid_until,
                    time_zone=time_zone,
                    hours=hours,
                    calendar=calendar,
                    fallback=fallback,
                ),
            ),
            _routes_change.read,
        )

    def remove(
        self,
        id: int,
    ) -> None:
        """Remove a route that no number follows."""
        return self._client.ask(
            _routes_remove.request(
                id=id,
            ),
            _routes_remove.read,
        )


class AsyncRoutes:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def resolve(
        self,
        *,
        to: str,
        at: datetime.datetime | None | Unset = UNSET,
    ) -> Resolved:
        """Who would answer, and why. Nobody is called."""
        return await self._client.ask(
            _routes_resolve.request(
                to=to,
                at=at,
            ),
            _routes_resolve.read,
        )

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageRouteShown:
        """All routes, the oldest first."""
        return await self._client.ask(
            _routes_listed.request(
                limit=limit,
                cursor=cursor,
            ),
            _routes_listed.read,
        )

    async def add(
        self,
        *,
        pattern: str,
        agent: str,
        priority: int | Unset = 100,
        label: str | Unset = "",
        valid_from: datetime.datetime | None | Unset = UNSET,
        valid_until: datetime.datetime | None | Unset = UNSET,
        time_zone: str | Unset = "UTC",
        hours: None | RouteBodyHoursType0 | Unset = UNSET,
        calendar: None | str | Unset = UNSET,
        fallback: None | RouteFallback | Unset = UNSET,
    ) -> RouteShown:
        """Add a route. It counts from the next call on."""
        return await self._client.ask(
            _routes_add.request(
                body=RouteBody(
                    pattern=pattern,
                    agent=agent,
                    priority=priority,
                    label=label,
                    valid_from=valid_from,
                    valid_until=valid_until,
                    time_zone=time_zone,
                    hours=hours,
                    calendar=calendar,
                    fallback=fallback,
                ),
            ),
            _routes_add.read,
        )

    async def get(
        self,
        id: int,
    ) -> RouteShown:
        """One route."""
        return await self._client.ask(
            _routes_one.request(
                id=id,
            ),
            _routes_one.read,
        )

    async def change(
        self,
        id: int,
        *,
        pattern: str,
        agent: str,
        priority: int | Unset = 100,
        label: str | Unset = "",
        valid_from: datetime.datetime | None | Unset = UNSET,
        valid_until: datetime.datetime | None | Unset = UNSET,
        time_zone: str | Unset = "UTC",
        hours: None | RouteBodyHoursType0 | Unset = UNSET,
        calendar: None | str | Unset = UNSET,
        fallback: None | RouteFallback | Unset = UNSET,
    ) -> RouteShown:
        """Put this in the place of a route. It counts from the next call on."""
        return await self._client.ask(
            _routes_change.request(
                id=id,
                body=RouteBody(
                    pattern=pattern,
                    agent=agent,
                    priority=priority,
                    label=label,
                    valid_from=valid_from,
                    valid_until=valid_until,
                    time_zone=time_zone,
                    hours=hours,
                    calendar=calendar,
                    fallback=fallback,
                ),
            ),
            _routes_change.read,
        )

    async def remove(
        self,
        id: int,
    ) -> None:
        """Remove a route that no number follows."""
        return await self._client.ask(
            _routes_remove.request(
                id=id,
            ),
            _routes_remove.read,
        )
