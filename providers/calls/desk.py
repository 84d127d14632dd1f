"""What the server does with what one account's provider tells: calls that come in are handed to the
switchboard, reports to their calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from mediaserver import logs
from mediaserver.errors import ConfigError, EngineMissingError, TelephonyError
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from providers.accounts.served import ServedAccount
from providers.calls.call import ProviderCall
from providers.calls.call_doors import diverted
from providers.calls.endings import NO_CALL
from providers.calls.invitation import ProviderInvitation, about_of, word
from providers.calls.office import ProviderCalls
from providers.provider import (
    CallReport,
    Decision,
    IncomingCall,
    MessageReport,
    RecordingReport,
    Refuse,
    TextMessage,
    TransferReport,
)

log = logging.getLogger(__name__)

UNKNOWN_CALLER = "anonymous"


class _Arrived:
    """Implements sip.trunks.limits.ArrivedCall: its webhook has proven itself."""

    proven = True
    termination = None


class Messages(Protocol):
    """Who takes text messages."""

    async def received(self, account: str, message: TextMessage) -> None: ...

    async def reported(self, account: str, report: MessageReport) -> None: ...


class AccountDesk:
    """Implements providers.provider.Desk."""

    def __init__(
        self,
        account: str,
        calls: ProviderCalls,
        recordings: Callable[[str, RecordingReport], None],
        messages: Callable[[], Messages | None] = lambda: None,
    ) -> None:
        """`account`: its name. `recordings`: told of what the provider has recorded. `messages`: who takes
        them, once there is somebody."""
        self._account = account
        self._calls = calls
        self._recordings = recordings
        self._messages = messages

    async def incoming(self, call: IncomingCall, within_s: float) -> Decision:
        known = self._calls.book.of_ref(self._account, call.ref) if call.ref else None
        if known is None:
            taken = self._take(call)
            if not isinstance(taken, ProviderCall):
                return taken
            known = taken
        try:
            async with asyncio.timeout(within_s):
                return await asyncio.shield(known.decided)
        except TimeoutError:
            known.accept()  # nobody has answered: the caller hears that it rings, from us
            return await known.decided

    async def answering(self, session: UUID, turn: str | None) -> Decision:
        call = self._calls.book.of_session(session)
        if call is None or call.account.name != self._account:
            self._calls.odd(self._account, f"asks what to do with a call that is none of ours ({session})")
            return Refuse(NO_CALL)
        return call.next_step(turn)

    def call_reported(self, report: CallReport) -> None:
        self._calls.reported(self._account, report)

    def transfer_reported(self, report: TransferReport) -> bool:
        call = self._calls.find(self._account, report)
        return call is not None and call.transfer_reported(report)

    def recording_reported(self, report: RecordingReport) -> None:
        self._recordings(self._account, report)

    async def message_received(self, message: TextMessage) -> None:
        messages = self._messages()
        if messages is None:
            self._calls.odd(self._account, "tells of a text message, and nobody takes them here")
        else:
            await messages.received(self._account, message)

    async def message_reported(self, report: MessageReport) -> None:
        if (messages := self._messages()) is not None:
            await messages.reported(self._account, report)

    def seen(self, key: str) -> bool:
        return self._calls.seen(self._account, key)

    def unseen(self, key: str) -> None:
        self._calls.unseen(self._account, key)

    # -- inside

    def _take(self, incoming: IncomingCall) -> ProviderCall | Decision:
        """Hand it to the switchboard. What is to be done at once, where there is no call."""
        served = self._calls.board.served(self._account)
        if served is None or served.provider is None:
            return Refuse(Termination(EndedBy.SERVER, Why.FAILED, 503, "the account is not in use"))
        settings = served.account.settings
        if not self._calls.limits[self._account].take_incoming(settings.max_calls, _Arrived()):
            log.warning("a call by %s goes elsewhere: it has its %d calls", self._account, settings.max_calls)
            return diverted(served)
        try:
            call = self._calls.new_call(
                served, Direction.INBOUND,
                caller=word(incoming.caller) or UNKNOWN_CALLER, to=word(incoming.to), ref=incoming.ref,
                remote=served.account.kind,
            )  # fmt: skip
        except (TelephonyError, ConfigError, EngineMissingError) as error:
            log.warning("a call by %s cannot be taken: %s", self._account, error)
            return diverted(served)
        self._invite(call, incoming, served)
        return call

    def _invite(self, call: ProviderCall, incoming: IncomingCall, served: ServedAccount) -> None:
        name, kind = served.account.name, served.account.kind
        invitation = ProviderInvitation(
            call.leg,
            dialled=call.to,
            from_uri=call.caller,
            to_uri=call.to,
            payer=f"inbound:{name}",
            about=about_of(incoming, name, kind),
            source_host=f"{kind}:{name}",
        )
        try:
            begun = self._calls.invite(invitation)
        except Exception:
            log.exception("a call by the account %s failed", name)
            call.leg.ended(Termination(EndedBy.SERVER, Why.FAILED, 500))
            return
        if begun is not None:
            call.call_id = begun.id
            with logs.in_call(begun.id):
                log.info("it comes by %s as %s", name, call.ref)
        call.on_changed(call)
