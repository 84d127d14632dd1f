"""audit"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.page_audit_line_shown import PageAuditLineShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import audit_lines as _audit_lines

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Audit:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def lines(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        key: None | Unset | UUID = UNSET,
        subject: str | Unset = "",
        action: str | Unset = "",
    ) -> PageAuditLineShown:
        """The audit log, newest first."""
        return self._client.ask(
            _audit_lines.request(
                limit=limit,
                cursor=cursor,
                key=key,
                subject=subject,
                action=action,
            ),
            _audit_lines.read,
        )


class AsyncAudit:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def lines(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        key: None | Unset | UUID = UNSET,
        subject: str | Unset = "",
        action: str | Unset = "",
    ) -> PageAuditLineShown:
        """The audit log, newest first."""
        return await self._client.ask(
            _audit_lines.request(
                limit=limit,
                cursor=cursor,
                key=key,
                subject=subject,
                action=action,
            ),
            _audit_lines.read,
        )
