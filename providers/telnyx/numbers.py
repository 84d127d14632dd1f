"""Numbers of a Telnyx account, and the application that their calls are told to.

At Telnyx a number has no address of its own: it belongs to a Voice API application, and that tells all its
calls to one. So the number is moved to the account's application, and the application is pointed at us.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from mediaserver.errors import ProviderFault, TelephonyError
from providers.provider import ProviderNumber
from providers.telnyx.account import TelnyxAccount
from providers.telnyx.client import TelnyxClient

MOST = 10_000
_PAGE = 250


@dataclass(frozen=True, slots=True)
class Application:
    """The Voice API application of an account, as far as it concerns us."""

    name: str
    active: bool
    webhook_url: str
    webhook_version: str
    has_outbound_profile: bool


class Numbers:
    def __init__(self, account: TelnyxAccount, public_url: str, client: TelnyxClient) -> None:
        self._account = account
        self._public_url = public_url
        self._client = client

    async def application(self) -> Application:
        """Raises TelephonyError."""
        connection = self._account.connection_id

        def read(sdk: Any) -> Application:
            told = sdk.call_control_applications.retrieve(connection).data
            outbound = told.outbound
            return Application(
                told.application_name or "",
                told.active is not False,
                told.webhook_event_url or "",
                told.webhook_api_version or "",
                bool(outbound and outbound.outbound_voice_profile_id),
            )

        return await self._client.ask("its application", read, harmless=True)

    def is_ours(self, webhook_url: str) -> bool:
        return bool(self._public_url) and webhook_url.startswith(f"{self._public_url}/")

    async def listed(self) -> list[ProviderNumber]:
        """See `Provider.numbers`."""
        application = await self.application()
        connection, profile = self._account.connection_id, self._account.messaging_profile_id
        messages_to = await self._messages_to()

        def one(each: Any) -> ProviderNumber:
            told_to = application.webhook_url if each.connection_id == connection else ""
            texts = bool(profile) and each.messaging_profile_id == profile
            return ProviderNumber(
                each.phone_number or "",
                each.id or "",
                label=each.customer_reference or each.connection_name or "",
                voice_to=told_to,
                messages_to=messages_to if texts else "",
                ours=self.is_ours(told_to),
                can=frozenset(("voice", "sms") if each.messaging_profile_id else ("voice",)),
            )

        def read(sdk: Any) -> list[ProviderNumber]:
            return [one(each) for each in islice(sdk.phone_numbers.list(page_size=_PAGE), MOST)]

        return await self._client.ask("its numbers", read, harmless=True)

    async def configure(self, number: str, *, voice: str, messages: str) -> None:
        """See `Provider.configure_number`."""
        ref = await self._found(number)
        connection, profile = self._account.connection_id, self._account.messaging_profile_id
        application = await self.application()

        def point(sdk: Any) -> None:
            sdk.call_control_applications.update(
                connection,
                application_name=application.name,
                webhook_event_url=voice,
                webhook_api_version="2",
                call_cost_in_webhooks=True,
            )
            sdk.phone_numbers.update(ref, connection_id=connection)
            if profile and messages:
                sdk.messaging_profiles.update(profile, webhook_url=messages, webhook_api_version="2")
                sdk.phone_numbers.messaging.update(ref, messaging_profile_id=profile)

        await self._client.ask("a number's calls", point, harmless=True)

    async def _found(self, number: str) -> str:
        digits = number.lstrip("+")  # with anything but digits Telnyx finds nothing

        def read(sdk: Any) -> str:
            listed = islice(sdk.phone_numbers.list(filter={"phone_number": digits}), _PAGE)
            return next((each.id for each in listed if each.phone_number == number), "")

        ref = await self._client.ask("a number", read, harmless=True)
        if not ref:
            raise TelephonyError(f"the Telnyx account has no number {number}", ProviderFault.REFUSED)
        return ref

    async def _messages_to(self) -> str:
        profile = self._account.messaging_profile_id
        if not profile:
            return ""
        return await self._client.ask(
            "its messaging profile",
            lambda sdk: sdk.messaging_profiles.retrieve(profile).data.webhook_url or "",  # type: ignore[union-attr]
            harmless=True,
        )
