"""A call is handed to the far end's own side (SIP: REFER): its PBX or carrier calls whoever is wanted, and we
are out of the call once it says that it has reached somebody.

Until then the call stays anchored with us: the agent is set aside, and whatever goes wrong (the far end does
not do that, nobody is there, it says nothing) the caller is back with it and it is told why.
"""

from __future__ import annotations

from mediaserver.calls.handing_over import HandingOver, back_because
from mediaserver.calls.joining import transferring
from mediaserver.calls.live import TRANSFERRED, LiveCall
from mediaserver.calls.playing import Frames
from mediaserver.calls.setting_aside import bring_back, set_aside
from mediaserver.calls.succession import company_of
from mediaserver.calls.transfer_steps import told
from mediaserver.errors import CallError, VoiceForgeError
from mediaserver.media.leg import Referable

MOST_S = 90.0
"""The far end rings somebody for so long at most, as far as we wait for it."""


async def refer_away(handing_over: HandingOver, live: LiveCall, to: str, music: Frames) -> None:
    """Have the far end of the first leg call `to` itself; returns when it has, and the call ends. `music`:
    heard meanwhile, if the far end listens. Raises CallError with the first leg back at its agent."""
    handing_over.check(live, to, None)
    leg = live.first.leg
    if not isinstance(leg, Referable):
        raise CallError(f"a call by {leg.kind} cannot be handed to its far end", 400)
    if company_of(live, live.first):
        raise CallError("others talk in this call, and would be left behind")
    with transferring(live):
        told(live.call, "begun", to, how="refer")
        if live.talker is not None and live.talker.returned is not None:
            set_aside(live, music, waits=True)
        try:
            await leg.refer(to, MOST_S)
        except BaseException as error:
            said = str(error) if isinstance(error, VoiceForgeError) else "it was given up"
            if not live.over:
                told(live.call, "failed", to, reason=said)
            bring_back(live, back_because(error), to, said)
            raise
        if not live.over:  # else the far end hung up, as it may once it has taken the call
            told(live.call, "accepted", to)
            live.hang_up(TRANSFERRED)
