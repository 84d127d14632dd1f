"""usage"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.call_usage_shown import CallUsageShown
from ...models.phone_price_shown import PhonePriceShown
from ...models.phone_prices import PhonePrices
from ...models.problem_shown import ProblemShown
from ...models.report_format import ReportFormat, check_report_format
from ...models.usage_by import UsageBy, check_usage_by
from ...models.usage_kind import UsageKind, check_usage_kind
from ...models.usage_price import UsagePrice
from ...models.usage_prices import UsagePrices
from ...models.usage_shown import UsageShown
from ...types import UNSET, File, ServerEvent, Unset
from . import usage as _usage
from . import usage_of_call as _usage_of_call
from . import usage_phone_prices as _usage_phone_prices
from . import usage_prices as _usage_prices
from . import usage_set_phone_prices as _usage_set_phone_prices
from . import usage_set_prices as _usage_set_prices

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Usage:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def get(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[UsageBy] | Unset = UNSET,
        since: datetime.date | None | Unset = UNSET,
        until: datetime.date | None | Unset = UNSET,
        key: None | Unset | UUID = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
        engine: None | str | Unset = UNSET,
        kind: None | Unset | UsageKind = UNSET,
    ) -> UsageShown:
        """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

        A key sees its own; an admin everybody's. At most 366 days and 2,000 rows.
        """
        return self._client.ask(
            _usage.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                key=key,
                agent=agent,
                flow=flow,
                engine=engine,
                kind=kind,
            ),
            _usage.read,
        )

    def get_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[UsageBy] | Unset = UNSET,
        since: datetime.date | None | Unset = UNSET,
        until: datetime.date | None | Unset = UNSET,
        key: None | Unset | UUID = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
        engine: None | str | Unset = UNSET,
        kind: None | Unset | UsageKind = UNSET,
    ) -> str:
        """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

        A key sees its own; an admin everybody's. At most 366 days and 2,000 rows.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _usage.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                key=key,
                agent=agent,
                flow=flow,
                engine=engine,
                kind=kind,
            ),
            lambda response: response.text,
        )

    def of_call(
        self,
        id: UUID,
    ) -> CallUsageShown:
        """What one call used, and what it cost, by kind and engine.

        Known when the call is over, for 40 days.
        """
        return self._client.ask(
            _usage_of_call.request(
                id=id,
            ),
            _usage_of_call.read,
        )

    def prices(
        self,
    ) -> UsagePrices:
        """The prices that costs are worked out from, by kind, engine and the day that they count from.

        What was priced when it was counted (answers of models whose prices their engine knows) keeps its
        cost.
        """
        return self._client.ask(_usage_prices.request(), _usage_prices.read)

    def set_prices(
        self,
        *,
        prices: List[UsagePrice],
    ) -> UsagePrices:
        """Replace the whole table; costs of before change with it, but for days that a `since` leaves alone."""
        return self._client.ask(
            _usage_set_prices.request(
                body=UsagePrices(
                    prices=prices,
                ),
            ),
            _usage_set_prices.read,
        )

    def phone_prices(
        self,
    ) -> PhonePrices:
        """What minutes of telephone calls cost, by trunk, direction and the beginning of a number."""
        return self._client.ask(_usage_phone_prices.request(), _usage_phone_prices.read)

    def set_phone_prices(
        self,
        *,
        prices: List[PhonePriceShown],
    ) -> PhonePrices:
        """Replace the whole table.

        It counts for legs of calls that end from now on: a leg is priced when it ends, by the prices of
        that day,
        and keeps its cost. What had no price then is worked out from `/api/usage/prices`
        (`phone_seconds_in`,
        `phone_seconds_out`; `engine` is the trunk).
        """
        return self._client.ask(
            _usage_set_phone_prices.request(
                body=PhonePrices(
                    prices=prices,
                ),
            ),
            _usage_set_phone_prices.read,
        )


class AsyncUsage:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def get(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[UsageBy] | Unset = UNSET,
        since: datetime.date | None | Unset = UNSET,
        until: datetime.date | None | Unset = UNSET,
        key: None | Unset | UUID = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
        engine: None | str | Unset = UNSET,
        kind: None | Unset | UsageKind = UNSET,
    ) -> UsageShown:
        """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

        A key sees its own; an admin everybody's. At most 366 days and 2,000 rows.
        """
        return await self._client.ask(
            _usage.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                key=key,
                agent=agent,
                flow=flow,
                engine=engine,
                kind=kind,
            ),
            _usage.read,
        )

    async def get_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[UsageBy] | Unset = UNSET,
        since: datetime.date | None | Unset = UNSET,
        until: datetime.date | None | Unset = UNSET,
        key: None | Unset | UUID = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
        engine: None | str | Unset = UNSET,
        kind: None | Unset | UsageKind = UNSET,
    ) -> str:
        """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

        A key sees its own; an admin everybody's. At most 366 days and 2,000 rows.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _usage.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                key=key,
                agent=agent,
                flow=flow,
                engine=engine,
                kind=kind,
            ),
            lambda response: response.text,
        )

    async def of_call(
        self,
        id: UUID,
    ) -> CallUsageShown:
        """What one call used, and what it cost, by kind and engine.

        Known when the call is over, for 40 days.
        """
        return await self._client.ask(
            _usage_of_call.request(
                id=id,
            ),
            _usage_of_call.read,
        )

    async def prices(
        self,
    ) -> UsagePrices:
        """The prices that costs are worked out from, by kind, engine and the day that they count from.

        What was priced when it was counted (answers of models whose prices their engine knows) keeps its
        cost.
        """
        return await self._client.ask(_usage_prices.request(), _usage_prices.read)

    async def set_prices(
        self,
        *,
        prices: List[UsagePrice],
    ) -> UsagePrices:
        """Replace the whole table; costs of before change with it, but for days that a `since` leaves alone."""
        return await self._client.ask(
            _usage_set_prices.request(
                body=UsagePrices(
                    prices=prices,
                ),
            ),
            _usage_set_prices.read,
        )

    async def phone_prices(
        self,
    ) -> PhonePrices:
        """What minutes of telephone calls cost, by trunk, direction and the beginning of a number."""
        return await self._client.ask(
            _usage_phone_prices.request(), _usage_phone_prices.read
        )

    async def set_phone_prices(
        self,
        *,
        prices: List[PhonePriceShown],
    ) -> PhonePrices:
        """Replace the whole table.

        It counts for legs of calls that end from now on: a leg is priced when it ends, by the prices of
        that day,
        and keeps its cost. What had no price then is worked out from `/api/usage/prices`
        (`phone_seconds_in`,
        `phone_seconds_out`; `engine` is the trunk).
        """
        return await self._client.ask(
            _usage_set_phone_prices.request(
                body=PhonePrices(
                    prices=prices,
                ),
            ),
            _usage_set_phone_prices.read,
        )
