"""An incoming call as the application sees it, before and while it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mediaserver.media.leg import EndedBy, Termination
from sip.calls.ending import why_of
from sip.calls.leg import SipLeg
from sip.calls.session import Session
from sip.messages.message import Request
from sip.transport.connection import Source


class IncomingCall:
    """Someone calls us. Answer, ring or reject; the caller may cancel at any moment before the answer."""

    def __init__(self, request: Request, source: Source, session: Session, caller: str | None) -> None:
        self.request = request
        self.source = source
        """Where the INVITE came from: transport, host, port."""
        self.user = request.uri.unescaped_user or ""
        """Whom the Request-URI names; empty when it names no one."""
        self.from_uri = str(request.from_.uri)
        self.to_uri = str(request.to.uri)
        self.authenticated_as = caller
        """The extension that the caller proved to be, if calls are authenticated."""
        self._session = session

    @property
    def leg(self) -> SipLeg:
        return self._session.leg

    @property
    def on_cancel(self) -> Callable[[], None] | None:
        """Called when the caller gives up before the answer; the leg's Ended comes beside it."""
        return self._session.on_cancel

    @on_cancel.setter
    def on_cancel(self, act: Callable[[], None] | None) -> None:
        self._session.on_cancel = act

    def ring(self) -> None:
        """Tell the caller that it rings (180)."""
        self._session.ring()

    async def answer(self, headers: Sequence[tuple[str, str]] = ()) -> SipLeg:
        """Accept the call; see SipLeg.answer."""
        await self.leg.answer(headers)
        return self.leg

    def reject(self, code: int, reason: str | None = None, headers: Sequence[tuple[str, str]] = ()) -> None:
        """Refuse the call with a status of 300 to 699."""
        why = Termination(EndedBy.SERVER, why_of(code), code, reason or "")
        self._session.refuse(code, reason, headers, why=why)
