"""providers"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.account_body import AccountBody
from ...models.account_body_settings import AccountBodySettings
from ...models.account_shown import AccountShown
from ...models.callback_asked import CallbackAsked
from ...models.callback_wanted import CallbackWanted
from ...models.check_shown import CheckShown
from ...models.kinds_shown import KindsShown
from ...models.new_account import NewAccount
from ...models.new_account_settings import NewAccountSettings
from ...models.number_placed import NumberPlaced
from ...models.numbers_placed import NumbersPlaced
from ...models.point_body import PointBody
from ...models.problem_shown import ProblemShown
from ...models.providers_shown import ProvidersShown
from ...types import UNSET, File, ServerEvent, Unset
from . import provider as _provider
from . import provider_kinds as _provider_kinds
from . import provider_numbers as _provider_numbers
from . import providers as _providers
from . import providers_add as _providers_add
from . import providers_call_back as _providers_call_back
from . import providers_change as _providers_change
from . import providers_check as _providers_check
from . import providers_point_number as _providers_point_number
from . import providers_remove as _providers_remove

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Providers:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
    ) -> ProvidersShown:
        """All ways in and out: trunks, phones that register, the library of another SIP stack, and accounts at
        providers by their names.
        """
        return self._client.ask(_providers.request(), _providers.read)

    def add(
        self,
        *,
        settings: NewAccountSettings | dict[str, Any],
        name: str,
        kind: str,
    ) -> AccountShown:
        """Add an account. 409 when there is one of that name. Whether its provider takes the credentials says
        its check.
        """
        return self._client.ask(
            _providers_add.request(
                body=NewAccount(
                    settings=NewAccountSettings.from_dict(settings)
                    if isinstance(settings, dict)
                    else settings,
                    name=name,
                    kind=kind,
                ),
            ),
            _providers_add.read,
        )

    def kinds(
        self,
    ) -> KindsShown:
        """The kinds of providers that accounts can be of: what each wants to know, and what it can."""
        return self._client.ask(_provider_kinds.request(), _provider_kinds.read)

    def get(
        self,
        name: str,
    ) -> AccountShown:
        """One account."""
        return self._client.ask(
            _provider.request(
                name=name,
            ),
            _provider.read,
        )

    def change(
        self,
        name: str,
        *,
        settings: AccountBodySettings | dict[str, Any],
    ) -> AccountShown:
        """Put these settings in the place of an account's.

        A secret that is left out, or sent back as its mask, stays; but not where the account's id or the
        provider's address changes. With If-Match and a version it is done only while that is the version.
        """
        return self._client.ask(
            _providers_change.request(
                name=name,
                body=AccountBody(
                    settings=AccountBodySettings.from_dict(settings)
                    if isinstance(settings, dict)
                    else settings,
                ),
            ),
            _providers_change.read,
        )

    def remove(
        self,
        name: str,
    ) -> None:
        """Remove an account. Calls that are up go on."""
        return self._client.ask(
            _providers_remove.request(
                name=name,
            ),
            _providers_remove.read,
        )

    def check(
        self,
        name: str,
    ) -> CheckShown:
        """Try an account: its credentials, its public address, and what its provider says of it. Nobody is
        called.
        """
        return self._client.ask(
            _providers_check.request(
                name=name,
            ),
            _providers_check.read,
        )

    def numbers(
        self,
        name: str,
    ) -> NumbersPlaced:
        """The numbers of an account, as its provider has them, and who answers each here."""
        return self._client.ask(
            _provider_numbers.request(
                name=name,
            ),
            _provider_numbers.read,
        )

    def point_number(
        self,
        name: str,
        number: str,
        *,
        agent: None | str | Unset = UNSET,
        messages: bool | Unset = True,
    ) -> NumberPlaced:
        """Have the provider tell this server of calls to a number of the account; with `agent`, that one
        answers them from now on.
        """
        return self._client.ask(
            _providers_point_number.request(
                name=name,
                number=number,
                body=PointBody(
                    agent=agent,
                    messages=messages,
                ),
            ),
            _providers_point_number.read,
        )

    def call_back(
        self,
        name: str,
        *,
        to: str,
        first: str | Unset = "",
    ) -> CallbackAsked:
        """Have the provider ring one number, then another, and connect them. Both must be numbers that the
        account may call; each counts as a call out.
        """
        return self._client.ask(
            _providers_call_back.request(
                name=name,
                body=CallbackWanted(
                    to=to,
                    first=first,
                ),
            ),
            _providers_call_back.read,
        )


class AsyncProviders:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
    ) -> ProvidersShown:
        """All ways in and out: trunks, phones that register, the library of another SIP stack, and accounts at
        providers by their names.
        """
        return await self._client.ask(_providers.request(), _providers.read)

    async def add(
        self,
        *,
        settings: NewAccountSettings | dict[str, Any],
        name: str,
        kind: str,
    ) -> AccountShown:
        """Add an account. 409 when there is one of that name. Whether its provider takes the credentials says
        its check.
        """
        return await self._client.ask(
            _providers_add.request(
                body=NewAccount(
                    settings=NewAccountSettings.from_dict(settings)
                    if isinstance(settings, dict)
                    else settings,
                    name=name,
                    kind=kind,
                ),
            ),
            _providers_add.read,
        )

    async def kinds(
        self,
    ) -> KindsShown:
        """The kinds of providers that accounts can be of: what each wants to know, and what it can."""
        return await self._client.ask(_provider_kinds.request(), _provider_kinds.read)

    async def get(
        self,
        name: str,
    ) -> AccountShown:
        """One account."""
        return await self._client.ask(
            _provider.request(
                name=name,
            ),
            _provider.read,
        )

    async def change(
        self,
        name: str,
        *,
        settings: AccountBodySettings | dict[str, Any],
    ) -> AccountShown:
        """Put these settings in the place of an account's.

        A secret that is left out, or sent back as its mask, stays; but not where the account's id or the
        provider's address changes. With If-Match and a version it is done only while that is the version.
        """
        return await self._client.ask(
            _providers_change.request(
                name=name,
                body=AccountBody(
                    settings=AccountBodySettings.from_dict(settings)
                    if isinstance(settings, dict)
                    else settings,
                ),
            ),
            _providers_change.read,
        )

    async def remove(
        self,
        name: str,
    ) -> None:
        """Remove an account. Calls that are up go on."""
        return await self._client.ask(
            _providers_remove.request(
                name=name,
            ),
            _providers_remove.read,
        )

    async def check(
        self,
        name: str,
    ) -> CheckShown:
        """Try an account: its credentials, its public address, and what its provider says of it. Nobody is
        called.
        """
        return await self._client.ask(
            _providers_check.request(
                name=name,
            ),
            _providers_check.read,
        )

    async def numbers(
        self,
        name: str,
    ) -> NumbersPlaced:
        """The numbers of an account, as its provider has them, and who answers each here."""
        return await self._client.ask(
            _provider_numbers.request(
                name=name,
            ),
            _provider_numbers.read,
        )

    async def point_number(
        self,
        name: str,
        number: str,
        *,
        agent: None | str | Unset = UNSET,
        messages: bool | Unset = True,
    ) -> NumberPlaced:
        """Have the provider tell this server of calls to a number of the account; with `agent`, that one
        answers them from now on.
        """
        return await self._client.ask(
            _providers_point_number.request(
                name=name,
                number=number,
                body=PointBody(
                    agent=agent,
                    messages=messages,
                ),
            ),
            _providers_point_number.read,
        )

    async def call_back(
        self,
        name: str,
        *,
        to: str,
        first: str | Unset = "",
    ) -> CallbackAsked:
        """Have the provider ring one number, then another, and connect them. Both must be numbers that the
        account may call; each counts as a call out.
        """
        return await self._client.ask(
            _providers_call_back.request(
                name=name,
                body=CallbackWanted(
                    to=to,
                    first=first,
                ),
            ),
            _providers_call_back.read,
        )
