"""An agent hands its caller over: to whoever answers, or to a human who was briefed and took the call.

A call stays anchored until then: the agent is set aside, not sent away, and whatever goes wrong (nobody
there, busy, declined, a voicemail, a briefing that fails) the caller is back with it and it is told why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from mediaserver.calls.joining import BUSY, Joining, transferring
from mediaserver.calls.live import TRANSFERRED, LiveCall
from mediaserver.calls.playing import Frames
from mediaserver.calls.ringing_tone import ringing_tone
from mediaserver.calls.setting_aside import bring_back, set_aside
from mediaserver.calls.succession import company_of
from mediaserver.calls.transfer_steps import told
from mediaserver.calls.warm import Back, Briefing, BriefingVerdict, Manner, Warm
from mediaserver.errors import CallError, DeclinedError, UnreachableError, VoiceForgeError
from mediaserver.media.leg import Referable

log = logging.getLogger(__name__)

BRIEFING_S = 180.0
"""A briefing that is not over after so long, beside the time to press a key, has failed."""
AWAY_S = 60.0
"""The far end rings somebody itself for so long at most, as far as we wait for it."""
NOT_ALLOWED = frozenset({401, 403, 407})
UNWILLING = frozenset({603})
"""SIP codes of somebody who will not take the call."""
NOT_THERE = frozenset({404, 408, 410, 480, 487})


def _counts_nothing(payer: str, to: str) -> None: ...


_SAID = {
    BriefingVerdict.DECLINED: "the call was declined",
    BriefingVerdict.LEFT: "whoever answered hung up before taking the call",
    BriefingVerdict.UNCONFIRMED: "whoever answered did not take the call",
    BriefingVerdict.FAILED: "whoever answered could not be told what the call is about",
}


def back_because(error: BaseException) -> Back:
    """Why the caller is back, in a word."""
    match error:
        case DeclinedError(verdict=BriefingVerdict.UNCONFIRMED):
            return Back.UNCONFIRMED
        case DeclinedError(verdict=BriefingVerdict.FAILED):
            return Back.FAILED
        case DeclinedError():
            return Back.DECLINED
        case CallError(code=int(code)) if code in BUSY:
            return Back.BUSY
        case CallError(code=int(code)) if code in UNWILLING:
            return Back.DECLINED
        case CallError(code=int(code)) if code in NOT_ALLOWED:
            return Back.FORBIDDEN
        case CallError(code=int(code)) if code in NOT_THERE:
            return Back.NO_ANSWER
        case UnreachableError():
            return Back.NO_ANSWER
        case _:
            return Back.FAILED


class HandingOver:
    """Of the calls of one switchboard. `music`: heard by callers who wait. `usual`: how warm transfers are
    done where nothing else is asked for. `count`: somebody else calls there for a payer's call, maybe at our
    cost; raises CallError where that may not be."""

    def __init__(
        self,
        joining: Joining,
        music: Frames,
        usual: Manner,
        count: Callable[[str, str], None] = _counts_nothing,
    ) -> None:
        self._joining = joining
        self._count = count
        self._music = music
        self._usual = usual

    def check(self, live: LiveCall, to: str, warm: Warm | None) -> None:
        """Raises CallError when that cannot be."""
        self._joining.check(to)
        if live.transferring:
            raise CallError("the call is being transferred already")
        if live.taker is not None:
            raise CallError(f"{live.taker.name} has taken the call over")
        talker = live.talker
        if warm is not None and (talker is None or talker.returned is None or talker.brief is None):
            raise CallError("nobody in this call can tell somebody else what it is about")

    async def hand_over(
        self, live: LiveCall, to: str, warm: Warm | None, trunk: str = "", away: bool = False
    ) -> None:
        """Returns when the first leg talks to whoever was rung. `trunk`: it is called by this one alone.
        `away`: the far end is asked first to call there itself; not where somebody is to be briefed. Raises
        VoiceForgeError with the first leg back at its agent; where that one cannot take it back, the call
        ends."""
        self.check(live, to, warm)
        with transferring(live):
            told(live.call, "begun", to, warm=warm is not None)
            if away and (why := _cannot_send_away(live, warm)):
                told(live.call, "refused", to, how="refer", reason=why)
            elif away and await self._sent_away(live, to):
                return
            manner = warm.manner(self._usual) if warm is not None else None
            if live.talker is not None and live.talker.returned is not None:
                set_aside(live, self._sound(manner), waits=True)
            else:
                live.dismiss()
            try:
                if warm is not None and manner is not None:
                    await self._with_briefing(live, to, warm, manner, trunk)
                else:
                    await self._joining.let_in(
                        live,
                        to,
                        replaces=True,
                        on_ringing=lambda: told(live.call, "ringing", to),
                        trunk=trunk,
                    )
            except BaseException as error:
                if not live.over:
                    told(live.call, "failed", to, reason=_in_words(error))
                bring_back(live, back_because(error), to, _in_words(error))
                raise
            told(live.call, "accepted", to)

    async def _sent_away(self, live: LiveCall, to: str) -> bool:
        """The far end has called there itself, and the call is over. False: it does not do that, and the
        first leg waits for somebody to be rung by us. Raises VoiceForgeError where nobody is to be rung
        again, with the first leg back at its agent."""
        leg = live.first.leg
        if not isinstance(leg, Referable):
            return False
        kept = live.talker is not None and live.talker.returned is not None
        if kept:
            set_aside(live, None, waits=True)
        try:
            self._count(live.call.payer, to)
            await leg.refer(to, AWAY_S)
        except BaseException as error:
            if _may_be_rung(error) and not live.over:
                told(live.call, "refused", to, how="refer", reason=_in_words(error))
                return False
            if not live.over:
                told(live.call, "failed", to, how="refer", reason=_in_words(error))
            bring_back(live, back_because(error), to, _in_words(error))
            raise
        if not live.over:  # else the far end hung up, as it may once it has taken the call
            told(live.call, "accepted", to, how="refer")
            live.hang_up(TRANSFERRED)
        return True

    def _sound(self, manner: Manner | None) -> Frames | None:
        """None: how it rings there."""
        if manner is None:
            return None
        return self._music if manner.hears == "music" else ringing_tone()

    async def _with_briefing(self, live: LiveCall, to: str, warm: Warm, manner: Manner, trunk: str) -> None:
        leg = await self._joining.ring(
            live,
            to,
            unheard=True,
            ring_s=manner.ring_s,
            on_ringing=lambda: told(live.call, "ringing", to),
            trunk=trunk,
        )
        with self._joining.hung_up_on_error(leg):
            verdict: asyncio.Future[BriefingVerdict] = asyncio.get_running_loop().create_future()

            def decided(given: BriefingVerdict) -> None:
                if not verdict.done():
                    verdict.set_result(given)

            brief = live.talker.brief if live.talker is not None else None
            if brief is None:
                raise CallError("the call ended meanwhile")
            told(live.call, "briefing", to)
            briefing = Briefing(warm.briefing, manner.accept, manner.confirm_s, decided)
            party = live.brief(leg, brief(leg, briefing))
            party.on_left = lambda: decided(BriefingVerdict.LEFT)
            try:
                async with asyncio.timeout(BRIEFING_S + manner.confirm_s):
                    given = await verdict
            except TimeoutError:
                given = BriefingVerdict.UNCONFIRMED
            if live.over or live.draining:
                raise CallError("the call ended meanwhile")
            if given is not BriefingVerdict.TAKEN:
                raise DeclinedError(_SAID[given], given)
            live.join(party)


def _cannot_send_away(live: LiveCall, warm: Warm | None) -> str:
    """Why the far end is not asked to call there itself; empty: it is."""
    if warm is not None:
        return "whoever answers is to be told what it is about first, so we call there ourselves"
    if company_of(live, live.first):
        return "others are in the call, so we call there ourselves"
    return "" if isinstance(live.first.leg, Referable) else "the far end cannot, so we call there ourselves"


def _may_be_rung(error: BaseException) -> bool:
    """The far end does not call others, or not this one: nobody was rung by it."""
    return isinstance(error, CallError) and (
        error.code is None or error.code not in BUSY | UNWILLING | NOT_THERE
    )


def _in_words(error: BaseException) -> str:
    return str(error) if isinstance(error, VoiceForgeError) else "it was given up"
