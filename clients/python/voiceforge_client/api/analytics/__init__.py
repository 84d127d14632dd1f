"""analytics"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.calls_by import CallsBy, check_calls_by
from ...models.confidence_shown import ConfidenceShown
from ...models.interruptions_shown import InterruptionsShown
from ...models.latency_shown import LatencyShown
from ...models.outcomes_shown import OutcomesShown
from ...models.problem_shown import ProblemShown
from ...models.quality_shown import QualityShown
from ...models.report_format import ReportFormat, check_report_format
from ...models.summary_shown import SummaryShown
from ...types import UNSET, File, ServerEvent, Unset
from . import analytics_confidence as _analytics_confidence
from . import analytics_interruptions as _analytics_interruptions
from . import analytics_latency as _analytics_latency
from . import analytics_outcomes as _analytics_outcomes
from . import analytics_quality as _analytics_quality
from . import analytics_summary as _analytics_summary

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Analytics:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def summary(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> SummaryShown:
        """Calls, answer rates and durations.

        As all of these: of calls that began within at most 92 days, a key's own (an admin sees
        everybody's), as
        JSON, or as CSV by `Accept` or `format`.
        """
        return self._client.ask(
            _analytics_summary.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_summary.read,
        )

    def summary_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """Calls, answer rates and durations.

        As all of these: of calls that began within at most 92 days, a key's own (an admin sees
        everybody's), as
        JSON, or as CSV by `Accept` or `format`.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _analytics_summary.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    def latency(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> LatencyShown:
        """Percentiles of voice to voice and of its parts, in milliseconds."""
        return self._client.ask(
            _analytics_latency.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_latency.read,
        )

    def latency_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """Percentiles of voice to voice and of its parts, in milliseconds.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _analytics_latency.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    def interruptions(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> InterruptionsShown:
        """Lines of agents that callers cut short, and sounds that took the floor or did not."""
        return self._client.ask(
            _analytics_interruptions.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_interruptions.read,
        )

    def interruptions_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """Lines of agents that callers cut short, and sounds that took the floor or did not.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _analytics_interruptions.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    def confidence(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> ConfidenceShown:
        """How surely callers were understood."""
        return self._client.ask(
            _analytics_confidence.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_confidence.read,
        )

    def confidence_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """How surely callers were understood.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _analytics_confidence.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    def outcomes(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> OutcomesShown:
        """What flows came to: calls by flow and outcome."""
        return self._client.ask(
            _analytics_outcomes.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_outcomes.read,
        )

    def outcomes_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """What flows came to: calls by flow and outcome.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _analytics_outcomes.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    def quality(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> QualityShown:
        """Listening quality, jitter, round trip and loss of lines that are over."""
        return self._client.ask(
            _analytics_quality.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_quality.read,
        )

    def quality_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """Listening quality, jitter, round trip and loss of lines that are over.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _analytics_quality.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )


class AsyncAnalytics:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def summary(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> SummaryShown:
        """Calls, answer rates and durations.

        As all of these: of calls that began within at most 92 days, a key's own (an admin sees
        everybody's), as
        JSON, or as CSV by `Accept` or `format`.
        """
        return await self._client.ask(
            _analytics_summary.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_summary.read,
        )

    async def summary_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """Calls, answer rates and durations.

        As all of these: of calls that began within at most 92 days, a key's own (an admin sees
        everybody's), as
        JSON, or as CSV by `Accept` or `format`.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _analytics_summary.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    async def latency(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> LatencyShown:
        """Percentiles of voice to voice and of its parts, in milliseconds."""
        return await self._client.ask(
            _analytics_latency.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_latency.read,
        )

    async def latency_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """Percentiles of voice to voice and of its parts, in milliseconds.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _analytics_latency.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    async def interruptions(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> InterruptionsShown:
        """Lines of agents that callers cut short, and sounds that took the floor or did not."""
        return await self._client.ask(
            _analytics_interruptions.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_interruptions.read,
        )

    async def interruptions_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """Lines of agents that callers cut short, and sounds that took the floor or did not.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _analytics_interruptions.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    async def confidence(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> ConfidenceShown:
        """How surely callers were understood."""
        return await self._client.ask(
            _analytics_confidence.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_confidence.read,
        )

    async def confidence_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """How surely callers were understood.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _analytics_confidence.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    async def outcomes(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> OutcomesShown:
        """What flows came to: calls by flow and outcome."""
        return await self._client.ask(
            _analytics_outcomes.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_outcomes.read,
        )

    async def outcomes_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """What flows came to: calls by flow and outcome.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _analytics_outcomes.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )

    async def quality(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> QualityShown:
        """Listening quality, jitter, round trip and loss of lines that are over."""
        return await self._client.ask(
            _analytics_quality.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            _analytics_quality.read,
        )

    async def quality_text(
        self,
        *,
        format_: None | ReportFormat | Unset = UNSET,
        by: List[CallsBy] | Unset = UNSET,
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
    ) -> str:
        """Listening quality, jitter, round trip and loss of lines that are over.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _analytics_quality.request(
                format_=format_,
                by=by,
                since=since,
                until=until,
                agent=agent,
                flow=flow,
            ),
            lambda response: response.text,
        )
