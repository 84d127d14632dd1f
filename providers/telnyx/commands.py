"""What Telnyx is told to do with calls: Call Control commands with their fields, each once whatever is lost
(developers.telnyx.com, "Sending commands").
"""

from __future__ import annotations

import re
from typing import Any

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Termination, Why
from mediaserver.media.stream_format import StreamFormat
from providers.provider import CallOrder, Connect
from providers.telnyx.account import FORMATS, TelnyxAccount
from providers.telnyx.client import TelnyxClient, command_id
from providers.telnyx.client_state import ClientState
from providers.telnyx.faults import ENDED, NOT_FOUND, UNKNOWN_CALL

SHORTEST_S, LONGEST_S = 5, 600
"""How long Telnyx lets a call ring."""
_DIGITS = re.compile(r"[0-9A-D*#wW]{1,64}", re.ASCII)
_GONE = (ENDED, UNKNOWN_CALL, NOT_FOUND, "404")


class Commands:
    """To one account."""

    def __init__(self, account: TelnyxAccount, client: TelnyxClient) -> None:
        self._account = account
        self._client = client

    async def dial(self, order: CallOrder) -> str:
        """See `Provider.place`."""
        fields: dict[str, Any] = {
            "connection_id": self._account.connection_id,
            "to": order.to,
            "from_": order.caller,
            "timeout_secs": min(max(round(order.timeout_s), SHORTEST_S), LONGEST_S),
            "client_state": str(ClientState(order.session)),
            "command_id": command_id(),
            "webhook_url": order.doors.status,
            "webhook_url_method": "POST",
            **_ALIVE,
            **_streaming(order.doors.media, order.audio),
        }
        if order.detect_machine:
            # "detect" alone never says when the greeting is over.
            premium = self._account.machine_detection == "premium"
            fields["answering_machine_detection"] = "premium" if premium else "greeting_end"
        if order.record:
            fields |= _RECORDING
        return await self._client.ask(
            "a call out", lambda sdk: _named(sdk.calls.dial(**fields).data), harmless=False
        )

    async def answer(self, ref: str, decision: Connect, *, record: bool) -> None:
        """With a media stream to us, but where `streams_later`. Raises TelephonyError; `gone` says when the
        caller has hung up."""
        fields: dict[str, Any] = {"client_state": str(ClientState(decision.session)), **_ALIVE}
        if not self.streams_later:
            fields |= _streaming(decision.doors.media, self._account.format, with_rate=False)
        if decision.doors.status:
            fields |= {"webhook_url": decision.doors.status, "webhook_url_method": "POST"}
        if record:
            fields |= _RECORDING
        await self._tell("an answer", "answer", ref, fields)

    @property
    def streams_later(self) -> bool:
        """An answer has no field for the rate, which is 8 kHz then: a stream of another one is begun by
        `stream` once Telnyx says that the call is answered."""
        return self._account.format.rate != 8_000

    async def stream(self, ref: str, decision: Connect) -> None:
        await self._tell(
            "a stream", "start_streaming", ref, _streaming(decision.doors.media, self._account.format)
        )

    async def answer_and_say(self, ref: str, text: str) -> None:
        """Takes the call without a stream; once Telnyx says that it is answered, `speak` is to follow."""
        await self._tell("an answer", "answer", ref, {"client_state": str(ClientState(say=text))})

    async def speak(self, ref: str, text: str) -> None:
        said = {"payload": text, "voice": self._account.voice, "language": self._account.voice_language}
        # The state comes back when it was said, and the call is ended then.
        await self._tell("speech", "speak", ref, {**said, "client_state": str(ClientState(say=text))})

    async def reject(self, ref: str, why: Termination) -> None:
        await self._tell("a refusal", "reject", ref, {"cause": reject_cause(why)}, gone_is_well=True)

    async def hang_up(self, ref: str) -> None:
        await self._tell("a hang-up", "hangup", ref, {}, gone_is_well=True)

    async def transfer(self, ref: str, to: str, caller: str, *, state: ClientState, turn: str = "") -> None:
        """`turn`: its word, which comes back with what becomes of it."""
        behind = ClientState(behind=ref, turn=turn)
        fields: dict[str, Any] = {"to": to, "target_leg_client_state": str(behind)}
        if caller:
            fields["from_"] = caller
        if state.session is not None:
            fields["client_state"] = str(state)
        await self._tell("a transfer", "transfer", ref, fields)

    async def stop_streaming(self, ref: str) -> None:
        await self._tell("the end of a stream", "stop_streaming", ref, {}, gone_is_well=True)

    async def send_digits(self, ref: str, digits: str) -> None:
        await self._tell("digits", "send_dtmf", ref, {"digits": _digits(digits)})

    async def start_recording(self, ref: str) -> None:
        await self._tell("a recording", "start_recording", ref, {"channels": "dual", "format": "wav"})

    async def _tell(
        self, what: str, action: str, ref: str, fields: dict[str, Any], *, gone_is_well: bool = False
    ) -> None:
        fields = {**fields, "command_id": command_id()}
        try:
            await self._client.ask(
                what, lambda sdk: getattr(sdk.calls.actions, action)(ref, **fields).data, harmless=True
            )
        except TelephonyError as error:
            if not (gone_is_well and gone(error)):
                raise


def gone(error: TelephonyError) -> bool:
    """Telnyx says that the call is over, or that it has forgotten it."""
    return error.code in _GONE


def reject_cause(why: Termination) -> str:
    """Which of the four that Telnyx has: 486, 404, 603 and 480 to the caller."""
    match why.why, why.code:
        case (Why.BUSY, _) | (_, 486 | 600):
            return "USER_BUSY"
        case (Why.NOT_FOUND, _) | (_, 404 | 604):
            return "NOT_FOUND"
        case (Why.REJECTED, _) | (_, 403 | 603 | 607 | 608):
            return "CALL_REJECTED"
        case _:
            return "TEMPORARILY_UNAVAILABLE"


# Else no RTP goes out while nobody speaks, and some networks take the call for dead.
_ALIVE = {"send_silence_when_idle": True}
_RECORDING = {"record": "record-from-answer", "record_channels": "dual", "record_format": "wav"}


def _streaming(url: str, audio: StreamFormat, *, with_rate: bool = True) -> dict[str, Any]:
    """A stream of what the far end says, which takes audio for it back."""
    rate = {"stream_bidirectional_sampling_rate": audio.rate} if with_rate else {}
    codec = next((name for name, known in FORMATS.items() if known == audio), None)
    if codec is None:
        raise TelephonyError(f"Telnyx's streams carry no {audio} of ours", ProviderFault.REFUSED)
    return {
        "stream_url": url,
        "stream_track": "inbound_track",
        "stream_codec": codec,
        "stream_bidirectional_mode": "rtp",
        "stream_bidirectional_codec": codec,
        **rate,
        # This call, which is bridged to none; by itself Telnyx would speak to the opposite one.
        "stream_bidirectional_target_legs": "self",
    }


def _digits(digits: str) -> str:
    if not _DIGITS.fullmatch(digits):
        raise TelephonyError(
            "digits are 0-9, A-D, * and #, with w for half a second: 64 at most", ProviderFault.REFUSED
        )
    return digits


def _named(call: Any) -> str:
    ref = call.call_control_id
    if not isinstance(ref, str) or not ref:
        raise ValueError
    return ref
