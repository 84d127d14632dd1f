"""keys"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.key_change import KeyChange
from ...models.key_made import KeyMade
from ...models.key_quota import KeyQuota
from ...models.key_rate import KeyRate
from ...models.key_shown import KeyShown
from ...models.keys_page import KeysPage
from ...models.new_key import NewKey
from ...models.problem_shown import ProblemShown
from ...models.rotation import Rotation
from ...models.scope import Scope, check_scope
from ...types import UNSET, File, ServerEvent, Unset
from . import keys_change as _keys_change
from . import keys_listed as _keys_listed
from . import keys_make as _keys_make
from . import keys_one as _keys_one
from . import keys_revoke as _keys_revoke
from . import keys_rotate as _keys_rotate

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Keys:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        revoked: bool | Unset = False,
    ) -> KeysPage:
        """All keys, newest first."""
        return self._client.ask(
            _keys_listed.request(
                limit=limit,
                cursor=cursor,
                revoked=revoked,
            ),
            _keys_listed.read,
        )

    def make(
        self,
        *,
        name: str,
        scopes: List[Scope],
        rate_limit: KeyRate | None | Unset = UNSET,
        quota: KeyQuota | Unset = UNSET,
    ) -> KeyMade:
        """Make a key.

        Its text is in this answer and nowhere else.
        """
        return self._client.ask(
            _keys_make.request(
                body=NewKey(
                    name=name,
                    scopes=scopes,
                    rate_limit=rate_limit,
                    quota=quota,
                ),
            ),
            _keys_make.read,
        )

    def get(
        self,
        id: UUID,
    ) -> KeyShown:
        """One key, also one that was revoked."""
        return self._client.ask(
            _keys_one.request(
                id=id,
            ),
            _keys_one.read,
        )

    def revoke(
        self,
        id: UUID,
    ) -> None:
        """Revoke a key for good.

        What it made stays, and stays its own; browsers that signed in with it are signed out.
        """
        return self._client.ask(
            _keys_revoke.request(
                id=id,
            ),
            _keys_revoke.read,
        )

    def change(
        self,
        id: UUID,
        *,
        name: None | str | Unset = UNSET,
        scopes: List[Scope] | None | Unset = UNSET,
        active: bool | None | Unset = UNSET,
        rate_limit: KeyRate | None | Unset = UNSET,
        quota: KeyQuota | None | Unset = UNSET,
    ) -> KeyShown:
        """Change a key's name, scopes or limits, or switch it off and on.

        One that is switched off, or loses `admin`, signs out the browsers that signed in with it.
        """
        return self._client.ask(
            _keys_change.request(
                id=id,
                body=KeyChange(
                    name=name,
                    scopes=scopes,
                    active=active,
                    rate_limit=rate_limit,
                    quota=quota,
                ),
            ),
            _keys_change.read,
        )

    def rotate(
        self,
        id: UUID,
        *,
        grace_s: float | Unset = 0.0,
    ) -> KeyMade:
        """Change a key for another with the same rights.

        What it was counts for `grace_s` more, so that programs can be told one by one.
        """
        return self._client.ask(
            _keys_rotate.request(
                id=id,
                body=Rotation(
                    grace_s=grace_s,
                ),
            ),
            _keys_rotate.read,
        )


class AsyncKeys:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        revoked: bool | Unset = False,
    ) -> KeysPage:
        """All keys, newest first."""
        return await self._client.ask(
            _keys_listed.request(
                limit=limit,
                cursor=cursor,
                revoked=revoked,
            ),
            _keys_listed.read,
        )

    async def make(
        self,
        *,
        name: str,
        scopes: List[Scope],
        rate_limit: KeyRate | None | Unset = UNSET,
        quota: KeyQuota | Unset = UNSET,
    ) -> KeyMade:
        """Make a key.

        Its text is in this answer and nowhere else.
        """
        return await self._client.ask(
            _keys_make.request(
                body=NewKey(
                    name=name,
                    scopes=scopes,
                    rate_limit=rate_limit,
                    quota=quota,
                ),
            ),
            _keys_make.read,
        )

    async def get(
        self,
        id: UUID,
    ) -> KeyShown:
        """One key, also one that was revoked."""
        return await self._client.ask(
            _keys_one.request(
                id=id,
            ),
            _keys_one.read,
        )

    async def revoke(
        self,
        id: UUID,
    ) -> None:
        """Revoke a key for good.

        What it made stays, and stays its own; browsers that signed in with it are signed out.
        """
        return await self._client.ask(
            _keys_revoke.request(
                id=id,
            ),
            _keys_revoke.read,
        )

    async def change(
        self,
        id: UUID,
        *,
        name: None | str | Unset = UNSET,
        scopes: List[Scope] | None | Unset = UNSET,
        active: bool | None | Unset = UNSET,
        rate_limit: KeyRate | None | Unset = UNSET,
        quota: KeyQuota | None | Unset = UNSET,
    ) -> KeyShown:
        """Change a key's name, scopes or limits, or switch it off and on.

        One that is switched off, or loses `admin`, signs out the browsers that signed in with it.
        """
        return await self._client.ask(
            _keys_change.request(
                id=id,
                body=KeyChange(
                    name=name,
                    scopes=scopes,
                    active=active,
                    rate_limit=rate_limit,
                    quota=quota,
                ),
            ),
            _keys_change.read,
        )

    async def rotate(
        self,
        id: UUID,
        *,
        grace_s: float | Unset = 0.0,
    ) -> KeyMade:
        """Change a key for another with the same rights.

        What it was counts for `grace_s` more, so that programs can be told one by one.
        """
        return await self._client.ask(
            _keys_rotate.request(
                id=id,
                body=Rotation(
                    grace_s=grace_s,
                ),
            ),
            _keys_rotate.read,
        )
