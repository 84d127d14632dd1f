"""Which media stream a call's leg has: let in by tokens, one at a time.

Who asks what to do next, with a word that is good (see turns.py), gets a token for another stream, and may
have kept a provider's request. So asking alone moves nothing: the same word gets the same token until a
stream has come, however often it is asked with, so that copies take no place from the provider's own. And a
second stream is let in once the first is gone, or has brought nothing for some seconds, as one whose
connection stands still and that the provider has given up. It must never know a provider, nor a call's phase.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mediaserver.media.leg import EndedBy, Termination, Why
from providers.calls.stream_tokens import MOST, StreamTokens
from providers.calls.turns import Turns
from providers.provider import Connect
from providers.streams.dialect import Started
from providers.streams.host import StreamRefused
from providers.streams.leg import ProviderLeg, StreamPeer

SILENT_S = 3.0
"""Streams bring audio every 20 ms, whether or not anybody speaks; networks stand still for two seconds."""
_REPLACED = Termination(EndedBy.NETWORK, Why.LOST, 408, "another stream has taken its place")


class CallStreams:
    """Of one leg."""

    def __init__(self, leg: ProviderLeg, account: str, now: Callable[[], float]) -> None:
        """`account`: the provider's id of it; empty: its streams do not name it. `now`: seconds of the leg's
        clock."""
        self.gone = asyncio.Event()
        """There was a stream, and it is gone."""
        self.turns = Turns()
        """By which the provider asks for one."""
        self.stopped = False
        """The last was ended by the provider; else it was lost."""
        self._leg = leg
        self._account = account
        self._now = now
        self._tokens = StreamTokens()
        self._offered: dict[str | None, tuple[str, Connect]] = {}
        """By the word that was asked with: the token, and the whole answer."""
        self._peer: StreamPeer | None = None

    def offer(self, turn: str | None, token: str, connect: Connect) -> None:
        """Who asks with this word is told this."""
        self._offered = {**dict(list(self._offered.items())[-(MOST - 1) :]), turn: (token, connect)}

    def offered(self, turn: str | None, for_s: float) -> Connect | None:
        """What was told to who asked with this word, while its token is good; it is for so long then."""
        token, connect = self._offered.get(turn, ("", None))
        return connect if connect is not None and self._tokens.renew(token, self._now(), for_s) else None

    def token(self, for_s: float) -> str:
        """By which one stream is let in."""
        return self._tokens.issue(self._now(), for_s)

    def check(self, token: str, started: Started, ref: str) -> None:
        """The token is spent with that. `ref`: the provider's id of the call; empty: it is not known yet.
        Raises StreamRefused."""
        if not self._tokens.take(token, self._now()):
            raise StreamRefused("its token is wrong, used or too old")
        if ref and started.call_ref and started.call_ref != ref:
            raise StreamRefused(f"it is of another call ({started.call_ref[:80]!r})")
        named = started.account
        if self._account and named and named.casefold() != self._account.casefold():
            raise StreamRefused(f"it is of another account of the provider's ({named[:80]!r})")

    def take(self, peer: StreamPeer, remote: str) -> None:
        """From now on it is this one. Raises StreamRefused while there is another that brings audio."""
        before = self._peer
        if before is not None and self._now() - self._leg.heard_at < SILENT_S:
            raise StreamRefused("its call has a stream already, and that one brings audio")
        self._tokens.clear()
        self._offered.clear()
        self.turns.spend()
        self._peer = peer
        self.gone.clear()
        self._leg.remote = remote
        self._leg.attach(peer)
        if before is not None:
            before.over(_REPLACED)

    def left(self, peer: StreamPeer, *, stopped: bool) -> bool:
        """That stream is gone. False: it is nothing to us: it was replaced, or refused."""
        if peer is not self._peer:
            return False
        self._peer = None
        self._leg.detach(peer)
        self.stopped = stopped
        self.gone.set()
        return True
