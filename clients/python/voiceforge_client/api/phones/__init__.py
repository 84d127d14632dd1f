"""phones"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.phone_lent import PhoneLent
from ...models.phone_shown import PhoneShown
from ...models.phone_wanted import PhoneWanted
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import phones_extensions as _phones_extensions
from . import phones_give_back as _phones_give_back
from . import phones_lend as _phones_lend

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Phones:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def lend(
        self,
        *,
        extension: str | Unset = "",
    ) -> PhoneLent:
        """Make this tab a phone.

        It registers with what it gets here over `/ws/sip`, for eight hours at most, and no longer than you
        are
        signed in. It may dial the agents that you may use, and all extensions; the operator's numbers
        elsewhere,
        too, as far as trunks and `sip.allowed_targets` let this server call them: shown as its
        P-Preferred-Identity says, where the trunk lets it.
        """
        return self._client.ask(
            _phones_lend.request(
                body=PhoneWanted(
                    extension=extension,
                ),
            ),
            _phones_lend.read,
        )

    def give_back(
        self,
        username: str,
    ) -> None:
        """Give a phone back: its password is good for nothing any more, and its socket is closed."""
        return self._client.ask(
            _phones_give_back.request(
                username=username,
            ),
            _phones_give_back.read,
        )

    def extensions(
        self,
    ) -> List[PhoneShown]:
        """The extensions that can be dialled, and which have a phone just now."""
        return self._client.ask(_phones_extensions.request(), _phones_extensions.read)


class AsyncPhones:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def lend(
        self,
        *,
        extension: str | Unset = "",
    ) -> PhoneLent:
        """Make this tab a phone.

        It registers with what it gets here over `/ws/sip`, for eight hours at most, and no longer than you
        are
        signed in. It may dial the agents that you may use, and all extensions; the operator's numbers
        elsewhere,
        too, as far as trunks and `sip.allowed_targets` let this server call them: shown as its
        P-Preferred-Identity says, where the trunk lets it.
        """
        return await self._client.ask(
            _phones_lend.request(
                body=PhoneWanted(
                    extension=extension,
                ),
            ),
            _phones_lend.read,
        )

    async def give_back(
        self,
        username: str,
    ) -> None:
        """Give a phone back: its password is good for nothing any more, and its socket is closed."""
        return await self._client.ask(
            _phones_give_back.request(
                username=username,
            ),
            _phones_give_back.read,
        )

    async def extensions(
        self,
    ) -> List[PhoneShown]:
        """The extensions that can be dialled, and which have a phone just now."""
        return await self._client.ask(
            _phones_extensions.request(), _phones_extensions.read
        )
