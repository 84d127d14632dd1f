"""calls"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.call_detail import CallDetail
from ...models.call_hearing_shown import CallHearingShown
from ...models.call_latency_shown import CallLatencyShown
from ...models.call_page import CallPage
from ...models.call_transcript_shown import CallTranscriptShown
from ...models.calls_direction_type_0 import (
    CallsDirectionType0,
    check_calls_direction_type_0,
)
from ...models.calls_ladder_format_type_0 import (
    CallsLadderFormatType0,
    check_calls_ladder_format_type_0,
)
from ...models.calls_sip_format_type_0 import (
    CallsSipFormatType0,
    check_calls_sip_format_type_0,
)
from ...models.calls_state_type_0 import CallsStateType0, check_calls_state_type_0
from ...models.calls_transcript_format_type_0 import (
    CallsTranscriptFormatType0,
    check_calls_transcript_format_type_0,
)
from ...models.digits_wanted import DigitsWanted
from ...models.gain_wanted import GainWanted
from ...models.hold_wanted import HoldWanted
from ...models.ladder_shown import LadderShown
from ...models.monitor_wanted import MonitorWanted
from ...models.mute_wanted import MuteWanted
from ...models.new_call import NewCall
from ...models.new_call_about import NewCallAbout
from ...models.parties_shown import PartiesShown
from ...models.party_wanted import PartyWanted
from ...models.placed_call import PlacedCall
from ...models.play_wanted import PlayWanted
from ...models.problem_shown import ProblemShown
from ...models.record_wanted import RecordWanted
from ...models.recording_peaks import RecordingPeaks
from ...models.recording_state_shown import RecordingStateShown
from ...models.recording_step import RecordingStep, check_recording_step
from ...models.say_wanted import SayWanted
from ...models.seat_kind import SeatKind, check_seat_kind
from ...models.seat_wanted import SeatWanted
from ...models.transfer_wanted import TransferWanted
from ...models.transfer_wanted_how import TransferWantedHow, check_transfer_wanted_how
from ...models.warm_wanted import WarmWanted
from ...types import UNSET, File, ServerEvent, Unset
from . import call as _call
from . import call_events as _call_events
from . import calls as _calls
from . import calls_add as _calls_add
from . import calls_all_events as _calls_all_events
from . import calls_capture as _calls_capture
from . import calls_digits as _calls_digits
from . import calls_dtmf as _calls_dtmf
from . import calls_gain as _calls_gain
from . import calls_hang_up as _calls_hang_up
from . import calls_hangup as _calls_hangup
from . import calls_hearing_report as _calls_hearing_report
from . import calls_hold as _calls_hold
from . import calls_ladder as _calls_ladder
from . import calls_latency as _calls_latency
from . import calls_message as _calls_message
from . import calls_monitor as _calls_monitor
from . import calls_mute as _calls_mute
from . import calls_parties as _calls_parties
from . import calls_place as _calls_place
from . import calls_play as _calls_play
from . import calls_record as _calls_record
from . import calls_recording as _calls_recording
from . import calls_recording_peaks as _calls_recording_peaks
from . import calls_resume as _calls_resume
from . import calls_say as _calls_say
from . import calls_seat as _calls_seat
from . import calls_sip as _calls_sip
from . import calls_stop_playing as _calls_stop_playing
from . import calls_transcript as _calls_transcript
from . import calls_transfer as _calls_transfer
from . import calls_unmute as _calls_unmute

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Calls:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        state: CallsStateType0 | None | Unset = UNSET,
        direction: CallsDirectionType0 | None | Unset = UNSET,
        agent: str | Unset = "",
        from_: str | Unset = "",
        to: str | Unset = "",
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        outcome: str | Unset = "",
        q: str | Unset = "",
    ) -> CallPage:
        """Calls, the newest first.

        Those that are up on this server are listed also while the database does not answer; `database` says
        so.
        """
        return self._client.ask(
            _calls.request(
                limit=limit,
                cursor=cursor,
                state=state,
                direction=direction,
                agent=agent,
                from_=from_,
                to=to,
                since=since,
                until=until,
                outcome=outcome,
                q=q,
            ),
            _calls.read,
        )

    def place(
        self,
        *,
        to: str,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
        voice: str | Unset = "",
        language: str | Unset = "",
        caller: str | Unset = "",
        ring_s: float | Unset = 60.0,
        detect_machine: bool | None | Unset = UNSET,
        about: NewCallAbout | dict[str, Any] | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
    ) -> PlacedCall:
        """Call somebody for an agent.

        Answered once the call is in the database, before it rings. With an `Idempotency-Key` the same
        request
        places one call within a day, however often it is sent.
        """
        return self._client.ask(
            _calls_place.request(
                idempotency_key=idempotency_key,
                body=NewCall(
                    to=to,
                    agent=agent,
                    flow=flow,
                    voice=voice,
                    language=language,
                    caller=caller,
                    ring_s=ring_s,
                    detect_machine=detect_machine,
                    about=NewCallAbout.from_dict(about)
                    if isinstance(about, dict)
                    else about,
                ),
            ),
            _calls_place.read,
        )

    def get(
        self,
        id: UUID,
    ) -> CallDetail:
        """One call, whole.

        Its transcript, legs, events, outcomes, summary, recording, the messages that its caller left and
        how well
        its agent heard.
        """
        return self._client.ask(
            _call.request(
                id=id,
            ),
            _call.read,
        )

    def hang_up(
        self,
        id: UUID,
    ) -> None:
        """End a call, or give up one that still rings."""
        return self._client.ask(
            _calls_hang_up.request(
                id=id,
            ),
            _calls_hang_up.read,
        )

    def transcript(
        self,
        id: UUID,
        *,
        format_: CallsTranscriptFormatType0 | None | Unset = UNSET,
    ) -> CallTranscriptShown:
        """What was said in a call: JSON, text, or subtitles (SubRip, WebVTT).

        Of what the agent said, text and subtitles have what the caller heard of it. Their times are those
        since
        the answer.
        """
        return self._client.ask(
            _calls_transcript.request(
                id=id,
                format_=format_,
            ),
            _calls_transcript.read,
        )

    def transcript_text(
        self,
        id: UUID,
        *,
        format_: CallsTranscriptFormatType0 | None | Unset = UNSET,
    ) -> str:
        """What was said in a call: JSON, text, or subtitles (SubRip, WebVTT).

        Of what the agent said, text and subtitles have what the caller heard of it. Their times are those
        since
        the answer.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _calls_transcript.request(
                id=id,
                format_=format_,
            ),
            lambda response: response.text,
        )

    def latency(
        self,
        id: UUID,
    ) -> CallLatencyShown:
        """How long the answers of a call took, turn by turn with their parts, and percentiles of them."""
        return self._client.ask(
            _calls_latency.request(
                id=id,
            ),
            _calls_latency.read,
        )

    def hearing_report(
        self,
        id: UUID,
    ) -> CallHearingShown:
        """How well the agent of a call heard its caller, with advice.

        It is kept when the agent's part is over.
        """
        return self._client.ask(
            _calls_hearing_report.request(
                id=id,
            ),
            _calls_hearing_report.read,
        )

    def recording(
        self,
        id: UUID,
    ) -> bytes:
        """The recording of a call: WAV, 16-bit stereo at 16 kHz, the caller left, the agent right.

        Of a call that is up it is what was written down so far, whole in itself and with the header
        `X-Recording: so-far`; of one that is over parts may be asked for by `Range` (RFC 9110, 14).
        """
        return self._client.ask(
            _calls_recording.request(
                id=id,
            ),
            _calls_recording.read,
        )

    def recording_stream(
        self,
        id: UUID,
    ) -> Iterator[bytes]:
        """The recording of a call: WAV, 16-bit stereo at 16 kHz, the caller left, the agent right.

        Of a call that is up it is what was written down so far, whole in itself and with the header
        `X-Recording: so-far`; of one that is over parts may be asked for by `Range` (RFC 9110, 14).

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _calls_recording.request(
                id=id,
            )
        )

    def record(
        self,
        id: UUID,
        *,
        step: RecordingStep,
    ) -> RecordingStateShown:
        """Begin, pause, resume or stop the recording of a call that is up.

        A call has one recording: a pause is silence in it, a stop a gap, and both are events of the call
        with
        their places in it.
        """
        return self._client.ask(
            _calls_record.request(
                id=id,
                body=RecordWanted(
                    step=step,
                ),
            ),
            _calls_record.read,
        )

    def recording_peaks(
        self,
        id: UUID,
        *,
        points: int | Unset = 1200,
    ) -> RecordingPeaks:
        """How loud the caller and the agent were, part by part of a call's recording.

        Of a call that is over.
        """
        return self._client.ask(
            _calls_recording_peaks.request(
                id=id,
                points=points,
            ),
            _calls_recording_peaks.read,
        )

    def message(
        self,
        id: UUID,
        index: int,
    ) -> bytes:
        """The sound of a message that the caller left: WAV, 16-bit mono at 16 kHz.

        Parts of it by `Range` (RFC 9110, 14).
        """
        return self._client.ask(
            _calls_message.request(
                id=id,
                index=index,
            ),
            _calls_message.read,
        )

    def message_stream(
        self,
        id: UUID,
        index: int,
    ) -> Iterator[bytes]:
        """The sound of a message that the caller left: WAV, 16-bit mono at 16 kHz.

        Parts of it by `Range` (RFC 9110, 14).

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _calls_message.request(
                id=id,
                index=index,
            )
        )

    def events(
        self,
        id: UUID,
    ) -> Iterator[ServerEvent]:
        """The events of one call, until it ends, as server-sent events.

        A call of the past is told from its transcript.
        """
        return self._client.read_events(
            _call_events.request(
                id=id,
            )
        )

    def all_events(
        self,
    ) -> Iterator[ServerEvent]:
        """The events of all calls from now on, as server-sent events.

        Those that are up are told from their beginnings.
        """
        return self._client.read_events(_calls_all_events.request())

    def hangup(
        self,
        id: UUID,
    ) -> None:
        """End a call, or give up one that still rings."""
        return self._client.ask(
            _calls_hangup.request(
                id=id,
            ),
            _calls_hangup.read,
        )

    def transfer(
        self,
        id: UUID,
        *,
        to: str,
        warm: bool | Unset | WarmWanted = False,
        how: TransferWantedHow | Unset = "bridge",
    ) -> None:
        """Connect the caller elsewhere.

        Answered when somebody there has answered; with `warm`, when that one has taken the call.
        """
        return self._client.ask(
            _calls_transfer.request(
                id=id,
                body=TransferWanted(
                    to=to,
                    warm=warm,
                    how=how,
                ),
            ),
            _calls_transfer.read,
        )

    def say(
        self,
        id: UUID,
        *,
        text: str,
    ) -> None:
        """Said in the voice of the call's agent, once nobody speaks. Answered before that."""
        return self._client.ask(
            _calls_say.request(
                id=id,
                body=SayWanted(
                    text=text,
                ),
            ),
            _calls_say.read,
        )

    def dtmf(
        self,
        id: UUID,
        *,
        digits: str,
    ) -> None:
        """Press these keys for the far end to hear."""
        return self._client.ask(
            _calls_dtmf.request(
                id=id,
                body=DigitsWanted(
                    digits=digits,
                ),
            ),
            _calls_dtmf.read,
        )

    def digits(
        self,
        id: UUID,
        *,
        digits: str,
    ) -> None:
        """The same as `dtmf`, under its older name."""
        return self._client.ask(
            _calls_digits.request(
                id=id,
                body=DigitsWanted(
                    digits=digits,
                ),
            ),
            _calls_digits.read,
        )

    def play(
        self,
        id: UUID,
        *,
        sound: None | str | Unset = UNSET,
        prompt: None | str | Unset = UNSET,
    ) -> None:
        """Play a sound to all in the call but an agent.

        `{"prompt"}` names a sound file of yours or of the operator's (`/api/telephony/prompts`),
        `{"sound"}` a
        file of the folder of sounds; or the body is a WAV file (16-bit PCM, mono, 8 to 48 kHz, at most 10
        minutes
        and 16 MiB) and says so. It takes the place of what plays. Answered when it begins.
        """
        return self._client.ask(
            _calls_play.request(
                id=id,
                body=PlayWanted(
                    sound=sound,
                    prompt=prompt,
                ),
            ),
            _calls_play.read,
        )

    def stop_playing(
        self,
        id: UUID,
    ) -> None:
        """Stop what plays, if anything does."""
        return self._client.ask(
            _calls_stop_playing.request(
                id=id,
            ),
            _calls_stop_playing.read,
        )

    def hold(
        self,
        id: UUID,
        *,
        music: bool | str | Unset = "True",
    ) -> None:
        """Put the caller on hold until `resume`.

        The caller hears music or silence, and nobody hears the caller.
        """
        return self._client.ask(
            _calls_hold.request(
                id=id,
                body=HoldWanted(
                    music=music,
                ),
            ),
            _calls_hold.read,
        )

    def resume(
        self,
        id: UUID,
    ) -> None:
        """The end of a hold."""
        return self._client.ask(
            _calls_resume.request(
                id=id,
            ),
            _calls_resume.read,
        )

    def parties(
        self,
        id: UUID,
    ) -> PartiesShown:
        """Who is in a call that is up: who listens, is held or muted, and who hears whom other than usual."""
        return self._client.ask(
            _calls_parties.request(
                id=id,
            ),
            _calls_parties.read,
        )

    def add(
        self,
        id: UUID,
        *,
        to: str,
    ) -> None:
        """Call one more party into the call. Answered when it is in."""
        return self._client.ask(
            _calls_add.request(
                id=id,
                body=PartyWanted(
                    to=to,
                ),
            ),
            _calls_add.read,
        )

    def monitor(
        self,
        id: UUID,
        *,
        to: str,
        whisper_to: str | Unset = "",
        barge: bool | Unset = False,
        gain: float | Unset = 1.0,
    ) -> None:
        """Call somebody in who listens.

        Nobody hears that one; or one party does (`whisper_to`), or all (`barge`). Answered when that one is
        in.
        It needs `calls:write`, too: it places a call.
        """
        return self._client.ask(
            _calls_monitor.request(
                id=id,
                body=MonitorWanted(
                    to=to,
                    whisper_to=whisper_to,
                    barge=barge,
                    gain=gain,
                ),
            ),
            _calls_monitor.read,
        )

    def seat(
        self,
        id: UUID,
        *,
        party: str,
        seat: SeatKind,
        whisper_to: str | Unset = "",
        gain: float | Unset = 1.0,
    ) -> None:
        """From now on this party listens, whispers, is heard by all, is one like any other, or takes over.

        Any other seat after a takeover hands the call back. It needs `calls:write`, too.
        """
        return self._client.ask(
            _calls_seat.request(
                id=id,
                body=SeatWanted(
                    party=party,
                    seat=seat,
                    whisper_to=whisper_to,
                    gain=gain,
                ),
            ),
            _calls_seat.read,
        )

    def gain(
        self,
        id: UUID,
        *,
        listener: str,
        speaker: str,
        gain: float | Unset = 1.0,
    ) -> None:
        """How loud one party hears another; 0 is not at all, 1 as it is."""
        return self._client.ask(
            _calls_gain.request(
                id=id,
                body=GainWanted(
                    listener=listener,
                    speaker=speaker,
                    gain=gain,
                ),
            ),
            _calls_gain.read,
        )

    def mute(
        self,
        id: UUID,
        *,
        party: str,
    ) -> None:
        """Nobody hears this party until `unmute`."""
        return self._client.ask(
            _calls_mute.request(
                id=id,
                body=MuteWanted(
                    party=party,
                ),
            ),
            _calls_mute.read,
        )

    def unmute(
        self,
        id: UUID,
        *,
        party: str,
    ) -> None:
        """The party is heard again."""
        return self._client.ask(
            _calls_unmute.request(
                id=id,
                body=MuteWanted(
                    party=party,
                ),
            ),
            _calls_unmute.read,
        )

    def ladder(
        self,
        id: UUID,
        *,
        format_: CallsLadderFormatType0 | None | Unset = UNSET,
    ) -> LadderShown:
        """The SIP messages of all legs of a call, as JSON or as a ladder."""
        return self._client.ask(
            _calls_ladder.request(
                id=id,
                format_=format_,
            ),
            _calls_ladder.read,
        )

    def ladder_text(
        self,
        id: UUID,
        *,
        format_: CallsLadderFormatType0 | None | Unset = UNSET,
    ) -> str:
        """The SIP messages of all legs of a call, as JSON or as a ladder.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _calls_ladder.request(
                id=id,
                format_=format_,
            ),
            lambda response: response.text,
        )

    def sip(
        self,
        id: UUID,
        *,
        format_: CallsSipFormatType0 | None | Unset = UNSET,
    ) -> LadderShown:
        """The same as `ladder`, under its older name."""
        return self._client.ask(
            _calls_sip.request(
                id=id,
                format_=format_,
            ),
            _calls_sip.read,
        )

    def sip_text(
        self,
        id: UUID,
        *,
        format_: CallsSipFormatType0 | None | Unset = UNSET,
    ) -> str:
        """The same as `ladder`, under its older name.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _calls_sip.request(
                id=id,
                format_=format_,
            ),
            lambda response: response.text,
        )

    def capture(
        self,
        id: UUID,
        *,
        seconds: int | Unset = 0,
    ) -> bytes:
        """A call's packets as pcapng: its SIP messages, and for `seconds` what follows, with the headers of
        its audio.
        """
        return self._client.ask(
            _calls_capture.request(
                id=id,
                seconds=seconds,
            ),
            _calls_capture.read,
        )

    def capture_stream(
        self,
        id: UUID,
        *,
        seconds: int | Unset = 0,
    ) -> Iterator[bytes]:
        """A call's packets as pcapng: its SIP messages, and for `seconds` what follows, with the headers of
        its audio.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _calls_capture.request(
                id=id,
                seconds=seconds,
            )
        )


class AsyncCalls:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        state: CallsStateType0 | None | Unset = UNSET,
        direction: CallsDirectionType0 | None | Unset = UNSET,
        agent: str | Unset = "",
        from_: str | Unset = "",
        to: str | Unset = "",
        since: datetime.datetime | None | Unset = UNSET,
        until: datetime.datetime | None | Unset = UNSET,
        outcome: str | Unset = "",
        q: str | Unset = "",
    ) -> CallPage:
        """Calls, the newest first.

        Those that are up on this server are listed also while the database does not answer; `database` says
        so.
        """
        return await self._client.ask(
            _calls.request(
                limit=limit,
                cursor=cursor,
                state=state,
                direction=direction,
                agent=agent,
                from_=from_,
                to=to,
                since=since,
                until=until,
                outcome=outcome,
                q=q,
            ),
            _calls.read,
        )

    async def place(
        self,
        *,
        to: str,
        agent: None | str | Unset = UNSET,
        flow: None | str | Unset = UNSET,
        voice: str | Unset = "",
        language: str | Unset = "",
        caller: str | Unset = "",
        ring_s: float | Unset = 60.0,
        detect_machine: bool | None | Unset = UNSET,
        about: NewCallAbout | dict[str, Any] | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
    ) -> PlacedCall:
        """Call somebody for an agent.

        Answered once the call is in the database, before it rings. With an `Idempotency-Key` the same
        request
        places one call within a day, however often it is sent.
        """
        return await self._client.ask(
            _calls_place.request(
                idempotency_key=idempotency_key,
                body=NewCall(
                    to=to,
                    agent=agent,
                    flow=flow,
                    voice=voice,
                    language=language,
                    caller=caller,
                    ring_s=ring_s,
                    detect_machine=detect_machine,
                    about=NewCallAbout.from_dict(about)
                    if isinstance(about, dict)
                    else about,
                ),
            ),
            _calls_place.read,
        )

    async def get(
        self,
        id: UUID,
    ) -> CallDetail:
        """One call, whole.

        Its transcript, legs, events, outcomes, summary, recording, the messages that its caller left and
        how well
        its agent heard.
        """
        return await self._client.ask(
            _call.request(
                id=id,
            ),
            _call.read,
        )

    async def hang_up(
        self,
        id: UUID,
    ) -> None:
        """End a call, or give up one that still rings."""
        return await self._client.ask(
            _calls_hang_up.request(
                id=id,
            ),
            _calls_hang_up.read,
        )

    async def transcript(
        self,
        id: UUID,
        *,
        format_: CallsTranscriptFormatType0 | None | Unset = UNSET,
    ) -> CallTranscriptShown:
        """What was said in a call: JSON, text, or subtitles (SubRip, WebVTT).

        Of what the agent said, text and subtitles have what the caller heard of it. Their times are those
        since
        the answer.
        """
        return await self._client.ask(
            _calls_transcript.request(
                id=id,
                format_=format_,
            ),
            _calls_transcript.read,
        )

    async def transcript_text(
        self,
        id: UUID,
        *,
        format_: CallsTranscriptFormatType0 | None | Unset = UNSET,
    ) -> str:
        """What was said in a call: JSON, text, or subtitles (SubRip, WebVTT).

        Of what the agent said, text and subtitles have what the caller heard of it. Their times are those
        since
        the answer.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _calls_transcript.request(
                id=id,
                format_=format_,
            ),
            lambda response: response.text,
        )

    async def latency(
        self,
        id: UUID,
    ) -> CallLatencyShown:
        """How long the answers of a call took, turn by turn with their parts, and percentiles of them."""
        return await self._client.ask(
            _calls_latency.request(
                id=id,
            ),
            _calls_latency.read,
        )

    async def hearing_report(
        self,
        id: UUID,
    ) -> CallHearingShown:
        """How well the agent of a call heard its caller, with advice.

        It is kept when the agent's part is over.
        """
        return await self._client.ask(
            _calls_hearing_report.request(
                id=id,
            ),
            _calls_hearing_report.read,
        )

    async def recording(
        self,
        id: UUID,
    ) -> bytes:
        """The recording of a call: WAV, 16-bit stereo at 16 kHz, the caller left, the agent right.

        Of a call that is up it is what was written down so far, whole in itself and with the header
        `X-Recording: so-far`; of one that is over parts may be asked for by `Range` (RFC 9110, 14).
        """
        return await self._client.ask(
            _calls_recording.request(
                id=id,
            ),
            _calls_recording.read,
        )

    def recording_stream(
        self,
        id: UUID,
    ) -> AsyncIterator[bytes]:
        """The recording of a call: WAV, 16-bit stereo at 16 kHz, the caller left, the agent right.

        Of a call that is up it is what was written down so far, whole in itself and with the header
        `X-Recording: so-far`; of one that is over parts may be asked for by `Range` (RFC 9110, 14).

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _calls_recording.request(
                id=id,
            )
        )

    async def record(
        self,
        id: UUID,
        *,
        step: RecordingStep,
    ) -> RecordingStateShown:
        """Begin, pause, resume or stop the recording of a call that is up.

        A call has one recording: a pause is silence in it, a stop a gap, and both are events of the call
        with
        their places in it.
        """
        return await self._client.ask(
            _calls_record.request(
                id=id,
                body=RecordWanted(
                    step=step,
                ),
            ),
            _calls_record.read,
        )

    async def recording_peaks(
        self,
        id: UUID,
        *,
        points: int | Unset = 1200,
    ) -> RecordingPeaks:
        """How loud the caller and the agent were, part by part of a call's recording.

        Of a call that is over.
        """
        return await self._client.ask(
            _calls_recording_peaks.request(
                id=id,
                points=points,
            ),
            _calls_recording_peaks.read,
        )

    async def message(
        self,
        id: UUID,
        index: int,
    ) -> bytes:
        """The sound of a message that the caller left: WAV, 16-bit mono at 16 kHz.

        Parts of it by `Range` (RFC 9110, 14).
        """
        return await self._client.ask(
            _calls_message.request(
                id=id,
                index=index,
            ),
            _calls_message.read,
        )

    def message_stream(
        self,
        id: UUID,
        index: int,
    ) -> AsyncIterator[bytes]:
        """The sound of a message that the caller left: WAV, 16-bit mono at 16 kHz.

        Parts of it by `Range` (RFC 9110, 14).

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _calls_message.request(
                id=id,
                index=index,
            )
        )

    def events(
        self,
        id: UUID,
    ) -> AsyncIterator[ServerEvent]:
        """The events of one call, until it ends, as server-sent events.

        A call of the past is told from its transcript.
        """
        return self._client.read_events(
            _call_events.request(
                id=id,
            )
        )

    def all_events(
        self,
    ) -> AsyncIterator[ServerEvent]:
        """The events of all calls from now on, as server-sent events.

        Those that are up are told from their beginnings.
        """
        return self._client.read_events(_calls_all_events.request())

    async def hangup(
        self,
        id: UUID,
    ) -> None:
        """End a call, or give up one that still rings."""
        return await self._client.ask(
            _calls_hangup.request(
                id=id,
            ),
            _calls_hangup.read,
        )

    async def transfer(
        self,
        id: UUID,
        *,
        to: str,
        warm: bool | Unset | WarmWanted = False,
        how: TransferWantedHow | Unset = "bridge",
    ) -> None:
        """Connect the caller elsewhere.

        Answered when somebody there has answered; with `warm`, when that one has taken the call.
        """
        return await self._client.ask(
            _calls_transfer.request(
                id=id,
                body=TransferWanted(
                    to=to,
                    warm=warm,
                    how=how,
                ),
            ),
            _calls_transfer.read,
        )

    async def say(
        self,
        id: UUID,
        *,
        text: str,
    ) -> None:
        """Said in the voice of the call's agent, once nobody speaks. Answered before that."""
        return await self._client.ask(
            _calls_say.request(
                id=id,
                body=SayWanted(
                    text=text,
                ),
            ),
            _calls_say.read,
        )

    async def dtmf(
        self,
        id: UUID,
        *,
        digits: str,
    ) -> None:
        """Press these keys for the far end to hear."""
        return await self._client.ask(
            _calls_dtmf.request(
                id=id,
                body=DigitsWanted(
                    digits=digits,
                ),
            ),
            _calls_dtmf.read,
        )

    async def digits(
        self,
        id: UUID,
        *,
        digits: str,
    ) -> None:
        """The same as `dtmf`, under its older name."""
        return await self._client.ask(
            _calls_digits.request(
                id=id,
                body=DigitsWanted(
                    digits=digits,
                ),
            ),
            _calls_digits.read,
        )

    async def play(
        self,
        id: UUID,
        *,
        sound: None | str | Unset = UNSET,
        prompt: None | str | Unset = UNSET,
    ) -> None:
        """Play a sound to all in the call but an agent.

        `{"prompt"}` names a sound file of yours or of the operator's (`/api/telephony/prompts`),
        `{"sound"}` a
        file of the folder of sounds; or the body is a WAV file (16-bit PCM, mono, 8 to 48 kHz, at most 10
        minutes
        and 16 MiB) and says so. It takes the place of what plays. Answered when it begins.
        """
        return await self._client.ask(
            _calls_play.request(
                id=id,
                body=PlayWanted(
                    sound=sound,
                    prompt=prompt,
                ),
            ),
            _calls_play.read,
        )

    async def stop_playing(
        self,
        id: UUID,
    ) -> None:
        """Stop what plays, if anything does."""
        return await self._client.ask(
            _calls_stop_playing.request(
                id=id,
            ),
            _calls_stop_playing.read,
        )

    async def hold(
        self,
        id: UUID,
        *,
        music: bool | str | Unset = "True",
    ) -> None:
        """Put the caller on hold until `resume`.

        The caller hears music or silence, and nobody hears the caller.
        """
        return await self._client.ask(
            _calls_hold.request(
                id=id,
                body=HoldWanted(
                    music=music,
                ),
            ),
            _calls_hold.read,
        )

    async def resume(
        self,
        id: UUID,
    ) -> None:
        """The end of a hold."""
        return await self._client.ask(
            _calls_resume.request(
                id=id,
            ),
            _calls_resume.read,
        )

    async def parties(
        self,
        id: UUID,
    ) -> PartiesShown:
        """Who is in a call that is up: who listens, is held or muted, and who hears whom other than usual."""
        return await self._client.ask(
            _calls_parties.request(
                id=id,
            ),
            _calls_parties.read,
        )

    async def add(
        self,
        id: UUID,
        *,
        to: str,
    ) -> None:
        """Call one more party into the call. Answered when it is in."""
        return await self._client.ask(
            _calls_add.request(
                id=id,
                body=PartyWanted(
                    to=to,
                ),
            ),
            _calls_add.read,
        )

    async def monitor(
        self,
        id: UUID,
        *,
        to: str,
        whisper_to: str | Unset = "",
        barge: bool | Unset = False,
        gain: float | Unset = 1.0,
    ) -> None:
        """Call somebody in who listens.

        Nobody hears that one; or one party does (`whisper_to`), or all (`barge`). Answered when that one is
        in.
        It needs `calls:write`, too: it places a call.
        """
        return await self._client.ask(
            _calls_monitor.request(
                id=id,
                body=MonitorWanted(
                    to=to,
                    whisper_to=whisper_to,
                    barge=barge,
                    gain=gain,
                ),
            ),
            _calls_monitor.read,
        )

    async def seat(
        self,
        id: UUID,
        *,
        party: str,
        seat: SeatKind,
        whisper_to: str | Unset = "",
        gain: float | Unset = 1.0,
    ) -> None:
        """From now on this party listens, whispers, is heard by all, is one like any other, or takes over.

        Any other seat after a takeover hands the call back. It needs `calls:write`, too.
        """
        return await self._client.ask(
            _calls_seat.request(
                id=id,
                body=SeatWanted(
                    party=party,
                    seat=seat,
                    whisper_to=whisper_to,
                    gain=gain,
                ),
            ),
            _calls_seat.read,
        )

    async def gain(
        self,
        id: UUID,
        *,
        listener: str,
        speaker: str,
        gain: float | Unset = 1.0,
    ) -> None:
        """How loud one party hears another; 0 is not at all, 1 as it is."""
        return await self._client.ask(
            _calls_gain.request(
                id=id,
                body=GainWanted(
                    listener=listener,
                    speaker=speaker,
                    gain=gain,
                ),
            ),
            _calls_gain.read,
        )

    async def mute(
        self,
        id: UUID,
        *,
        party: str,
    ) -> None:
        """Nobody hears this party until `unmute`."""
        return await self._client.ask(
            _calls_mute.request(
                id=id,
                body=MuteWanted(
                    party=party,
                ),
            ),
            _calls_mute.read,
        )

    async def unmute(
        self,
        id: UUID,
        *,
        party: str,
    ) -> None:
        """The party is heard again."""
        return await self._client.ask(
            _calls_unmute.request(
                id=id,
                body=MuteWanted(
                    party=party,
                ),
            ),
            _calls_unmute.read,
        )

    async def ladder(
        self,
        id: UUID,
        *,
        format_: CallsLadderFormatType0 | None | Unset = UNSET,
    ) -> LadderShown:
        """The SIP messages of all legs of a call, as JSON or as a ladder."""
        return await self._client.ask(
            _calls_ladder.request(
                id=id,
                format_=format_,
            ),
            _calls_ladder.read,
        )

    async def ladder_text(
        self,
        id: UUID,
        *,
        format_: CallsLadderFormatType0 | None | Unset = UNSET,
    ) -> str:
        """The SIP messages of all legs of a call, as JSON or as a ladder.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _calls_ladder.request(
                id=id,
                format_=format_,
            ),
            lambda response: response.text,
        )

    async def sip(
        self,
        id: UUID,
        *,
        format_: CallsSipFormatType0 | None | Unset = UNSET,
    ) -> LadderShown:
        """The same as `ladder`, under its older name."""
        return await self._client.ask(
            _calls_sip.request(
                id=id,
                format_=format_,
            ),
            _calls_sip.read,
        )

    async def sip_text(
        self,
        id: UUID,
        *,
        format_: CallsSipFormatType0 | None | Unset = UNSET,
    ) -> str:
        """The same as `ladder`, under its older name.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _calls_sip.request(
                id=id,
                format_=format_,
            ),
            lambda response: response.text,
        )

    async def capture(
        self,
        id: UUID,
        *,
        seconds: int | Unset = 0,
    ) -> bytes:
        """A call's packets as pcapng: its SIP messages, and for `seconds` what follows, with the headers of
        its audio.
        """
        return await self._client.ask(
            _calls_capture.request(
                id=id,
                seconds=seconds,
            ),
            _calls_capture.read,
        )

    def capture_stream(
        self,
        id: UUID,
        *,
        seconds: int | Unset = 0,
    ) -> AsyncIterator[bytes]:
        """A call's packets as pcapng: its SIP messages, and for `seconds` what follows, with the headers of
        its audio.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _calls_capture.request(
                id=id,
                seconds=seconds,
            )
        )
