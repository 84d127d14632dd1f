"""flow_drafts"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.flow_draft import FlowDraft
from ...models.flow_draft_document import FlowDraftDocument
from ...models.flow_draft_shown import FlowDraftShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import flow_drafts_draft as _flow_drafts_draft
from . import flow_drafts_remove_draft as _flow_drafts_remove_draft
from . import flow_drafts_save_draft as _flow_drafts_save_draft

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class FlowDrafts:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def draft(
        self,
        name: str,
    ) -> FlowDraftShown:
        """The working copy of a flow, with its revision as ETag; 404 when nothing is being drawn."""
        return self._client.ask(
            _flow_drafts_draft.request(
                name=name,
            ),
            _flow_drafts_draft.read,
        )

    def save_draft(
        self,
        name: str,
        *,
        document: FlowDraftDocument | dict[str, Any],
        base: int | None | Unset = UNSET,
    ) -> FlowDraftShown:
        """Save the working copy of a flow. It is kept until it is removed, and is no version.

        With `If-Match` it takes the place of that revision alone, with `If-None-Match: *` only of none: 412
        when
        somebody else has saved meanwhile.
        """
        return self._client.ask(
            _flow_drafts_save_draft.request(
                name=name,
                body=FlowDraft(
                    document=FlowDraftDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    base=base,
                ),
            ),
            _flow_drafts_save_draft.read,
        )

    def remove_draft(
        self,
        name: str,
    ) -> None:
        """Give up the working copy of a flow; its versions stay. `If-Match` as for saving."""
        return self._client.ask(
            _flow_drafts_remove_draft.request(
                name=name,
            ),
            _flow_drafts_remove_draft.read,
        )


class AsyncFlowDrafts:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def draft(
        self,
        name: str,
    ) -> FlowDraftShown:
        """The working copy of a flow, with its revision as ETag; 404 when nothing is being drawn."""
        return await self._client.ask(
            _flow_drafts_draft.request(
                name=name,
            ),
            _flow_drafts_draft.read,
        )

    async def save_draft(
        self,
        name: str,
        *,
        document: FlowDraftDocument | dict[str, Any],
        base: int | None | Unset = UNSET,
    ) -> FlowDraftShown:
        """Save the working copy of a flow. It is kept until it is removed, and is no version.

        With `If-Match` it takes the place of that revision alone, with `If-None-Match: *` only of none: 412
        when
        somebody else has saved meanwhile.
        """
        return await self._client.ask(
            _flow_drafts_save_draft.request(
                name=name,
                body=FlowDraft(
                    document=FlowDraftDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    base=base,
                ),
            ),
            _flow_drafts_save_draft.read,
        )

    async def remove_draft(
        self,
        name: str,
    ) -> None:
        """Give up the working copy of a flow; its versions stay. `If-Match` as for saving."""
        return await self._client.ask(
            _flow_drafts_remove_draft.request(
                name=name,
            ),
            _flow_drafts_remove_draft.read,
        )
