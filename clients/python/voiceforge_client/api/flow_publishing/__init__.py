"""flow_publishing"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.flow_published import FlowPublished
from ...models.flow_split import FlowSplit
from ...models.flows_fared import FlowsFared
from ...models.problem_shown import ProblemShown
from ...models.which_version import WhichVersion
from ...types import UNSET, File, ServerEvent, Unset
from . import flow_publishing_compare as _flow_publishing_compare
from . import flow_publishing_end_split as _flow_publishing_end_split
from . import flow_publishing_publish as _flow_publishing_publish
from . import flow_publishing_rollback as _flow_publishing_rollback
from . import flow_publishing_split as _flow_publishing_split
from . import flow_publishing_unpublish as _flow_publishing_unpublish

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class FlowPublishing:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def publish(
        self,
        name: str,
        *,
        version: int | None | Unset = UNSET,
    ) -> FlowPublished:
        """Have all new calls run a version, the newest where none is named; a split ends.

        Calls that are up keep theirs. 422 for a draft; one whose errors were in what it runs through, and
        are
        mended, is kept as a version of its own and published.
        """
        return self._client.ask(
            _flow_publishing_publish.request(
                name=name,
                body=WhichVersion(
                    version=version,
                ),
            ),
            _flow_publishing_publish.read,
        )

    def unpublish(
        self,
        name: str,
    ) -> None:
        """Have no new call run the flow: its agents refuse theirs."""
        return self._client.ask(
            _flow_publishing_unpublish.request(
                name=name,
            ),
            _flow_publishing_unpublish.read,
        )

    def rollback(
        self,
        name: str,
    ) -> FlowPublished:
        """Publish the version that was published before."""
        return self._client.ask(
            _flow_publishing_rollback.request(
                name=name,
            ),
            _flow_publishing_rollback.read,
        )

    def compare(
        self,
        name: str,
        *,
        version: List[int] | Unset = UNSET,
    ) -> FlowsFared:
        """What your calls of the versions came to that share the calls, or of those that are named.

        The operator's figures are of all calls.
        """
        return self._client.ask(
            _flow_publishing_compare.request(
                name=name,
                version=version,
            ),
            _flow_publishing_compare.read,
        )

    def split(
        self,
        name: str,
        *,
        version: int,
        percent: int,
    ) -> FlowsFared:
        """Share new calls between the published version and another."""
        return self._client.ask(
            _flow_publishing_split.request(
                name=name,
                body=FlowSplit(
                    version=version,
                    percent=percent,
                ),
            ),
            _flow_publishing_split.read,
        )

    def end_split(
        self,
        name: str,
    ) -> None:
        """All new calls run the published version again; 409 when they did."""
        return self._client.ask(
            _flow_publishing_end_split.request(
                name=name,
            ),
            _flow_publishing_end_split.read,
        )


class AsyncFlowPublishing:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def publish(
        self,
        name: str,
        *,
        version: int | None | Unset = UNSET,
    ) -> FlowPublished:
        """Have all new calls run a version, the newest where none is named; a split ends.

        Calls that are up keep theirs. 422 for a draft; one whose errors were in what it runs through, and
        are
        mended, is kept as a version of its own and published.
        """
        return await self._client.ask(
            _flow_publishing_publish.request(
                name=name,
                body=WhichVersion(
                    version=version,
                ),
            ),
            _flow_publishing_publish.read,
        )

    async def unpublish(
        self,
        name: str,
    ) -> None:
        """Have no new call run the flow: its agents refuse theirs."""
        return await self._client.ask(
            _flow_publishing_unpublish.request(
                name=name,
            ),
            _flow_publishing_unpublish.read,
        )

    async def rollback(
        self,
        name: str,
    ) -> FlowPublished:
        """Publish the version that was published before."""
        return await self._client.ask(
            _flow_publishing_rollback.request(
                name=name,
            ),
            _flow_publishing_rollback.read,
        )

    async def compare(
        self,
        name: str,
        *,
        version: List[int] | Unset = UNSET,
    ) -> FlowsFared:
        """What your calls of the versions came to that share the calls, or of those that are named.

        The operator's figures are of all calls.
        """
        return await self._client.ask(
            _flow_publishing_compare.request(
                name=name,
                version=version,
            ),
            _flow_publishing_compare.read,
        )

    async def split(
        self,
        name: str,
        *,
        version: int,
        percent: int,
    ) -> FlowsFared:
        """Share new calls between the published version and another."""
        return await self._client.ask(
            _flow_publishing_split.request(
                name=name,
                body=FlowSplit(
                    version=version,
                    percent=percent,
                ),
            ),
            _flow_publishing_split.read,
        )

    async def end_split(
        self,
        name: str,
    ) -> None:
        """All new calls run the published version again; 409 when they did."""
        return await self._client.ask(
            _flow_publishing_end_split.request(
                name=name,
            ),
            _flow_publishing_end_split.read,
        )
