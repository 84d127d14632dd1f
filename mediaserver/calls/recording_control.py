"""Begins, pauses and stops the recording of a call that is up, because somebody asked for it.

A call has one recording. A pause leaves silence in it, a stop a gap; both are kept as events of the call,
with where in the recording they are, so that nobody takes either for what was said.
"""

from __future__ import annotations

from collections.abc import Mapping

from mediaserver.calls.live import LiveCall
from mediaserver.calls.recorder import Recording, RecordingState
from mediaserver.calls.recording_step import RecordingStep
from mediaserver.errors import CallError

_NEXT: Mapping[tuple[RecordingState, RecordingStep], RecordingState] = {
    (RecordingState.RECORDING, RecordingStep.START): RecordingState.RECORDING,
    (RecordingState.RECORDING, RecordingStep.STOP): RecordingState.STOPPED,
    (RecordingState.RECORDING, RecordingStep.PAUSE): RecordingState.PAUSED,
    (RecordingState.RECORDING, RecordingStep.RESUME): RecordingState.RECORDING,
    (RecordingState.PAUSED, RecordingStep.START): RecordingState.RECORDING,
    (RecordingState.PAUSED, RecordingStep.STOP): RecordingState.STOPPED,
    (RecordingState.PAUSED, RecordingStep.PAUSE): RecordingState.PAUSED,
    (RecordingState.PAUSED, RecordingStep.RESUME): RecordingState.RECORDING,
    (RecordingState.STOPPED, RecordingStep.START): RecordingState.RECORDING,
    (RecordingState.STOPPED, RecordingStep.STOP): RecordingState.STOPPED,
}
"""What is not in here makes no sense: a recording that is stopped is neither paused nor resumed."""


def recording_state(live: LiveCall) -> RecordingState:
    """Of a call that is up; STOPPED where nothing was ever begun, or it broke off."""
    recording = live.first.recording
    return RecordingState.STOPPED if recording is None or recording.stopped else recording.state


def control_recording(live: LiveCall, step: RecordingStep, *, may_start: bool = True) -> RecordingState:
    """Do this step; what the recording does from now on. `may_start`: whether this server records at all.
    Raises CallError."""
    first = live.first
    recording = first.recording
    if recording is not None and recording.stopped:
        raise CallError("the recording broke off: see the call's event recording_failed")
    before = recording_state(live)
    after = _NEXT.get((before, step))
    if after is None:
        raise CallError("the call is not being recorded: start it")
    if after is before:
        return after
    if before is RecordingState.STOPPED and not may_start:
        raise CallError("this server records no calls: see recording.enabled")
    if recording is None:
        recording = first.recording = live.means.recorder.open(live.call.id, live.call.started)
        first.dress(live.means.clock)
    else:
        recording.goes_on(after)
    _tell(live, recording)
    return after


def _tell(live: LiveCall, recording: Recording) -> None:
    state, at = str(recording.state), recording.recorded_ms
    live.call.note("recording", state=state, recorded_ms=at)
    live.call.publish("recording", state=state, recorded_ms=at)
