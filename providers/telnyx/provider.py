"""One account of Telnyx: Call Control v2, by its own SDK (developers.telnyx.com, "Programmable Voice")."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from itertools import islice
from typing import Any

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Termination
from providers.call_state import CallState
from providers.kind import Account, Surroundings
from providers.provider import (
    CallOrder,
    CallReport,
    Capability,
    Doors,
    ProviderNumber,
    WebhookAnswer,
    WebhookRequest,
)
from providers.telnyx.account import TelnyxAccount
from providers.telnyx.checking import check
from providers.telnyx.client import TelnyxClient
from providers.telnyx.client_state import ClientState
from providers.telnyx.commands import Commands, gone
from providers.telnyx.hooks import Hooks
from providers.telnyx.numbers import Numbers
from providers.telnyx.recordings import Recordings
from providers.telnyx.signature import Verifier

MOST_LIVE = 10_000
_PAGE = 250
_ALL = frozenset(Capability) - {Capability.CALLBACK}
_MESSAGES = frozenset((Capability.SEND_MESSAGE, Capability.RECEIVE_MESSAGE))


class TelnyxProvider:
    """A `Provider`."""

    def __init__(
        self,
        account: Account,
        settings: TelnyxAccount,
        surroundings: Surroundings,
        client: TelnyxClient,
        *,
        now: Callable[[], float] | None = None,
    ) -> None:
        """`now`: the wall clock, in seconds since 1970."""
        self._settings = settings
        self._client = client
        self._commands = Commands(settings, client)
        self._numbers = Numbers(settings, account.public_url, client)
        self._recordings = Recordings(client, surroundings.downloader)
        self._hooks = Hooks(
            account.name,
            Verifier(settings.public_key),
            surroundings.desk,
            self._commands,
            self._recordings,
            self.call,
            connection_id=settings.connection_id,
            record=settings.record,
            messages=bool(settings.messaging_profile_id),
            **({} if now is None else {"now": now}),
        )

    @property
    def capabilities(self) -> frozenset[Capability]:
        return _ALL if self._settings.messaging_profile_id else _ALL - _MESSAGES

    async def check(self) -> list[Finding]:
        return await check(self._settings, self._client, self._numbers)

    # -- calls

    async def place(self, order: CallOrder) -> str:
        return await self._commands.dial(order)

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        await self._commands.hang_up(ref)

    async def transfer(self, ref: str, to: str, caller: str, session: Any, turn: str = "") -> bool:
        """The stream goes on until somebody answers: Telnyx leaves the call as it is where nobody does."""
        self._hooks.handing_over(turn)
        await self._commands.transfer(ref, to, caller, state=ClientState(session), turn=turn)
        return True

    async def send_digits(self, ref: str, digits: str) -> None:
        await self._commands.send_digits(ref, digits)

    async def call(self, ref: str) -> CallReport | None:
        """Telnyx says whether a call is alive, and no more: one that rings and one that is answered look the
        same, so that the state told is the earlier one."""

        def read(sdk: Any) -> CallReport:
            told = sdk.calls.retrieve_status(ref).data
            over = not told.is_alive and bool(told.end_time)
            state = CallState.RINGING if told.is_alive else CallState.COMPLETED if over else None
            return CallReport(
                ref,
                state,
                session=ClientState.parse(told.client_state).session,
                duration_s=told.call_duration if over else None,
            )

        try:
            return await self._client.ask("a call", read, harmless=True)
        except TelephonyError as error:
            if gone(error):
                return None
            raise

    async def live_calls(self) -> list[CallReport]:
        """Of the account's application; those of the Telnyx account's other ones are not ours."""

        def read(sdk: Any) -> list[CallReport]:
            calls = sdk.connections.list_active_calls(self._settings.connection_id, page_size=_PAGE)
            return [
                CallReport(
                    each.call_control_id,
                    CallState.RINGING,
                    session=ClientState.parse(each.client_state).session,
                )
                for each in islice(calls, MOST_LIVE)
            ]

        return await self._client.ask("its live calls", read, harmless=True)

    # -- recordings

    async def start_recording(self, ref: str, doors: Doors) -> str:
        """Empty: Telnyx names a recording only when it is there (`Desk.recording_reported`)."""
        await self._commands.start_recording(ref)
        return ""

    def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        return self._recordings.fetch(ref)

    async def delete_recording(self, ref: str) -> None:
        await self._recordings.delete(ref)

    # -- numbers and messages

    async def numbers(self) -> list[ProviderNumber]:
        return await self._numbers.listed()

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None:
        """Telnyx tells states where it tells calls: `status` is not of use."""
        await self._numbers.configure(number, voice=voice, messages=messages)

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        profile = self._settings.messaging_profile_id
        if not profile:
            raise TelephonyError(
                "the account has no messaging_profile_id: make a messaging profile in the portal, put the "
                "number into it, and set its id",
                ProviderFault.REFUSED,
            )
        told = {"webhook_url": status, "use_profile_webhooks": False} if status else {}

        def send(sdk: Any) -> str:
            sent = sdk.messages.send(to=to, from_=sender, text=text, messaging_profile_id=profile, **told)
            ref = sent.data.id
            if not isinstance(ref, str) or not ref:
                raise ValueError("it has no id")
            return ref

        return await self._client.ask("a message", send, harmless=False)

    # -- webhooks

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        return await self._hooks.handle(request)

    async def close(self) -> None:
        await self._hooks.close()
        self._client.close()
