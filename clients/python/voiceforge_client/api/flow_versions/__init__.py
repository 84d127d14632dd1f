"""flow_versions"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.flow_checked import FlowChecked
from ...models.flow_compared import FlowCompared
from ...models.flow_saved import FlowSaved
from ...models.flow_to_check import FlowToCheck
from ...models.flow_to_check_document import FlowToCheckDocument
from ...models.flow_to_compare import FlowToCompare
from ...models.flow_to_compare_document import FlowToCompareDocument
from ...models.flow_version_whole import FlowVersionWhole
from ...models.new_version import NewVersion
from ...models.new_version_document import NewVersionDocument
from ...models.page_flow_version_shown import PageFlowVersionShown
from ...models.problem_shown import ProblemShown
from ...models.which_version import WhichVersion
from ...types import UNSET, File, ServerEvent, Unset
from . import flow_version as _flow_version
from . import flow_versions as _flow_versions
from . import flow_versions_diff_document as _flow_versions_diff_document
from . import flow_versions_diff_versions as _flow_versions_diff_versions
from . import flow_versions_export_flow as _flow_versions_export_flow
from . import flow_versions_save_version as _flow_versions_save_version
from . import flow_versions_validate_document as _flow_versions_validate_document
from . import flow_versions_validate_flow as _flow_versions_validate_flow

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class FlowVersions:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        name: str,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageFlowVersionShown:
        """The versions of a flow without their documents, newest first."""
        return self._client.ask(
            _flow_versions.request(
                name=name,
                limit=limit,
                cursor=cursor,
            ),
            _flow_versions.read,
        )

    def save_version(
        self,
        name: str,
        *,
        document: NewVersionDocument | dict[str, Any],
        note: str | Unset = "",
        publish: bool | Unset = False,
    ) -> FlowSaved:
        """Keep a document as the newest version.

        It goes under this flow's name, whatever it calls itself. What the newest version says already is
        not
        kept again. With errors it is a draft, which no call can get, also with `publish`.
        """
        return self._client.ask(
            _flow_versions_save_version.request(
                name=name,
                body=NewVersion(
                    document=NewVersionDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    note=note,
                    publish=publish,
                ),
            ),
            _flow_versions_save_version.read,
        )

    def get(
        self,
        name: str,
        number: int,
    ) -> FlowVersionWhole:
        """One version with its document."""
        return self._client.ask(
            _flow_version.request(
                name=name,
                number=number,
            ),
            _flow_version.read,
        )

    def export_flow(
        self,
        name: str,
        *,
        version: int | None | Unset = UNSET,
    ) -> Any:
        """A flow's document as a file, as import takes it."""
        return self._client.ask(
            _flow_versions_export_flow.request(
                name=name,
                version=version,
            ),
            _flow_versions_export_flow.read,
        )

    def validate_document(
        self,
        *,
        document: FlowToCheckDocument | dict[str, Any],
    ) -> FlowChecked:
        """Say what is wrong with a document, and how to mend it, also where it cannot be read at all.

        Nothing is kept.
        """
        return self._client.ask(
            _flow_versions_validate_document.request(
                body=FlowToCheck(
                    document=FlowToCheckDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                ),
            ),
            _flow_versions_validate_document.read,
        )

    def validate_flow(
        self,
        name: str,
        *,
        version: int | None | Unset = UNSET,
    ) -> FlowChecked:
        """Say what is wrong with a version, as things stand now: what it names may be gone."""
        return self._client.ask(
            _flow_versions_validate_flow.request(
                name=name,
                body=WhichVersion(
                    version=version,
                ),
            ),
            _flow_versions_validate_flow.read,
        )

    def diff_versions(
        self,
        name: str,
        *,
        before: int | None | Unset = UNSET,
        after: int | None | Unset = UNSET,
    ) -> FlowCompared:
        """What changed between two versions, in words of nodes, edges, variables and fields."""
        return self._client.ask(
            _flow_versions_diff_versions.request(
                name=name,
                before=before,
                after=after,
            ),
            _flow_versions_diff_versions.read,
        )

    def diff_document(
        self,
        name: str,
        *,
        document: FlowToCompareDocument | dict[str, Any],
        before: int | None | Unset = UNSET,
    ) -> FlowCompared:
        """What a document that is not kept would change."""
        return self._client.ask(
            _flow_versions_diff_document.request(
                name=name,
                body=FlowToCompare(
                    document=FlowToCompareDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    before=before,
                ),
            ),
            _flow_versions_diff_document.read,
        )


class AsyncFlowVersions:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        name: str,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageFlowVersionShown:
        """The versions of a flow without their documents, newest first."""
        return await self._client.ask(
            _flow_versions.request(
                name=name,
                limit=limit,
                cursor=cursor,
            ),
            _flow_versions.read,
        )

    async def save_version(
        self,
        name: str,
        *,
        document: NewVersionDocument | dict[str, Any],
        note: str | Unset = "",
        publish: bool | Unset = False,
    ) -> FlowSaved:
        """Keep a document as the newest version.

        It goes under this flow's name, whatever it calls itself. What the newest version says already is
        not
        kept again. With errors it is a draft, which no call can get, also with `publish`.
        """
        return await self._client.ask(
            _flow_versions_save_version.request(
                name=name,
                body=NewVersion(
                    document=NewVersionDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    note=note,
                    publish=publish,
                ),
            ),
            _flow_versions_save_version.read,
        )

    async def get(
        self,
        name: str,
        number: int,
    ) -> FlowVersionWhole:
        """One version with its document."""
        return await self._client.ask(
            _flow_version.request(
                name=name,
                number=number,
            ),
            _flow_version.read,
        )

    async def export_flow(
        self,
        name: str,
        *,
        version: int | None | Unset = UNSET,
    ) -> Any:
        """A flow's document as a file, as import takes it."""
        return await self._client.ask(
            _flow_versions_export_flow.request(
                name=name,
                version=version,
            ),
            _flow_versions_export_flow.read,
        )

    async def validate_document(
        self,
        *,
        document: FlowToCheckDocument | dict[str, Any],
    ) -> FlowChecked:
        """Say what is wrong with a document, and how to mend it, also where it cannot be read at all.

        Nothing is kept.
        """
        return await self._client.ask(
            _flow_versions_validate_document.request(
                body=FlowToCheck(
                    document=FlowToCheckDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                ),
            ),
            _flow_versions_validate_document.read,
        )

    async def validate_flow(
        self,
        name: str,
        *,
        version: int | None | Unset = UNSET,
    ) -> FlowChecked:
        """Say what is wrong with a version, as things stand now: what it names may be gone."""
        return await self._client.ask(
            _flow_versions_validate_flow.request(
                name=name,
                body=WhichVersion(
                    version=version,
                ),
            ),
            _flow_versions_validate_flow.read,
        )

    async def diff_versions(
        self,
        name: str,
        *,
        before: int | None | Unset = UNSET,
        after: int | None | Unset = UNSET,
    ) -> FlowCompared:
        """What changed between two versions, in words of nodes, edges, variables and fields."""
        return await self._client.ask(
            _flow_versions_diff_versions.request(
                name=name,
                before=before,
                after=after,
            ),
            _flow_versions_diff_versions.read,
        )

    async def diff_document(
        self,
        name: str,
        *,
        document: FlowToCompareDocument | dict[str, Any],
        before: int | None | Unset = UNSET,
    ) -> FlowCompared:
        """What a document that is not kept would change."""
        return await self._client.ask(
            _flow_versions_diff_document.request(
                name=name,
                body=FlowToCompare(
                    document=FlowToCompareDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    before=before,
                ),
            ),
            _flow_versions_diff_document.read,
        )
