"""The one owner of the calls that providers carry: makes them, finds them for webhooks and streams, and keeps
what becomes of them.

It must never speak to a provider but by its `Provider`, nor decide whom a call is connected to.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from uuid import UUID

from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Invitation
from mediaserver.errors import ConfigError, EngineMissingError, TelephonyError
from mediaserver.media.leg import Direction
from mediaserver.seldom import Seldom
from mediaserver.storage.records import ProviderCallKept, ProviderCallTold
from providers.accounts.board import ProviderBoard
from providers.accounts.served import ServedAccount
from providers.calls.book import CallBook
from providers.calls.call import ProviderCall
from providers.calls.means import CallMeans
from providers.calls.recording_begun import begin_recording
from providers.calls.seen import Seen
from providers.provider import CallReport, TransferReport
from providers.streams.dialect import Dialect, Started
from providers.streams.host import StreamRefused
from providers.streams.leg import ProviderLeg, StreamPeer
from sip.trunks.limits import TrunkLimits

log = logging.getLogger(__name__)

Invite = Callable[[Invitation], Call | None]
"""Hands a call in. None: it was refused, and its leg knows why."""


class ProviderCalls:
    """One for a server. Implements `StreamHost` of providers.streams.host and `Sessions` of
    providers.accounts.sessions."""

    def __init__(self, board: ProviderBoard, means: CallMeans, invite: Invite) -> None:
        self.board = board
        self.means = means
        self.invite = invite
        self.book = CallBook()
        self.limits: defaultdict[str, TrunkLimits] = defaultdict(TrunkLimits)
        """By account."""
        self._seen: defaultdict[str, Seen] = defaultdict(Seen)
        self._odd: defaultdict[str, Seldom] = defaultdict(Seldom)

    def __len__(self) -> int:
        return len(self.book)

    # -- calls begin

    def new_call(
        self,
        served: ServedAccount,
        direction: Direction,
        *,
        caller: str,
        to: str,
        ref: str = "",
        remote: str = "",
    ) -> ProviderCall:
        """A place among the account's must have been taken for it. Raises TelephonyError, ConfigError and
        EngineMissingError where the account has no media streams; then the place is given back."""
        account = served.account
        try:
            if served.kind.dialect is None:
                raise ConfigError(f"{served.kind.title} has no media streams")
            dialect = served.kind.dialect(account)
            call = ProviderCall(
                served, served.speaker(), dialect, self.means, direction,
                caller=caller, to=to, ref=ref, remote=remote,
            )  # fmt: skip
        except (TelephonyError, ConfigError, EngineMissingError):
            self.limits[account.name].give_back()
            raise
        call.on_ref = self.book.named
        call.on_changed = self._keep
        call.on_over = self._leg_over
        call.on_up = self._up
        call.on_settled = self._settled
        self.book.add(call)
        return call

    # -- what providers tell

    def seen(self, account: str, key: str) -> bool:
        return self._seen[account].seen(key, self.means.now())

    def unseen(self, account: str, key: str) -> None:
        self._seen[account].forget(key)

    def reported(self, account: str, report: CallReport) -> None:
        """Of a call of ours, or of one that another run of this server had."""
        key = f"report {report.key}"
        if report.key and self.seen(account, key):
            return
        try:
            self._take(account, report)
        except Exception:
            self.unseen(account, key)  # the provider may tell it again
            raise

    def _take(self, account: str, report: CallReport) -> None:
        call = self.find(account, report)
        if call is None:
            self._keep_told(account, report)
            return
        if not call.ref:
            call.named(report.ref)
        elif report.ref and report.ref != call.ref:
            self.odd(account, f"says something of the session {call.session} under another id: left")
            return
        call.reported(report)

    def find(self, account: str, report: CallReport | TransferReport) -> ProviderCall | None:
        """The account's call that a report is of; also one that is over."""
        call = self.book.of_ref(account, report.ref) if report.ref else None
        if call is None and report.session is not None:
            call = self.book.of_session(report.session)
        return call if call is not None and call.account.name == account else None

    def odd(self, account: str, what: str) -> None:
        """What makes no sense is said now and then."""
        if (unsaid := self._odd[account].due(self.means.now())) is not None:
            more = f" (and {unsaid} more such things since the last such line)" if unsaid else ""
            log.warning("the provider of the account %s %s%s", account, what, more)

    # -- providers.accounts.sessions.Sessions

    def account_of(self, session: UUID) -> str | None:
        call = self.book.of_session(session)
        return None if call is None else call.account.name

    # -- providers.streams.host.StreamHost

    def dialect(self, kind: str, session: UUID) -> Dialect | None:
        call = self.book.live(session)
        if call is None or call.account.kind != kind or call.served.kind.dialect is None:
            return None
        return call.served.kind.dialect(call.account)

    def admit(
        self, kind: str, session: UUID, token: str, started: Started, peer: StreamPeer, remote: str
    ) -> ProviderLeg:
        call = self.book.live(session)
        if call is None or call.account.kind != kind:
            raise StreamRefused("it is of no call that is up")
        return call.admit(token, started, peer, remote)

    def stopped(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        if (call := self.book.live(session)) is not None:
            call.stream_stopped(peer, detail)

    def lost(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        if (call := self.book.live(session)) is not None:
            call.stream_lost(peer, detail)

    # -- inside

    def _up(self, call: ProviderCall) -> None:
        if call.account.settings.record and call.direction is Direction.INBOUND:
            self.means.spawn(begin_recording(call), f"having {call.account.name} record")

    def _leg_over(self, call: ProviderCall) -> None:
        self.limits[call.account.name].give_back()

    def _settled(self, call: ProviderCall) -> None:
        self.book.over(call, self.means.now())

    def _keep(self, call: ProviderCall) -> None:
        self.means.sink.put(
            ProviderCallKept(
                session=call.session, account=call.account.name, kind=call.account.kind, ref=call.ref,
                direction=str(call.direction), call_id=call.call_id, phase=call.machine.phase.value,
                state=str(call.state), code=call.facts.code,
                answered_by=str(call.facts.answered_by or ""), cost=_amount(call),
                currency=call.facts.currency, began=call.facts.began,
                answered=call.facts.answered, ended=call.facts.ended,
            )
        )  # fmt: skip

    def _keep_told(self, account: str, report: CallReport) -> None:
        if report.ref or report.session is not None:
            self.means.sink.put(
                ProviderCallTold(
                    account=account, ref=report.ref, session=report.session,
                    state=str(report.state or ""), over=report.over,
                    answered_by=str(report.answered_by or ""),
                    cost=None if report.cost is None else float(report.cost), currency=report.currency,
                )
            )  # fmt: skip


def _amount(call: ProviderCall) -> float | None:
    return None if call.facts.cost is None else float(call.facts.cost)
