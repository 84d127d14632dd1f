"""The recording of a call is begun, paused, resumed and stopped while the call goes on."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from mediaserver.calls.recorder import RecordingState
from mediaserver.calls.recording_step import RecordingStep
from mediaserver.errors import CallError, NoSuchCallError
from mediaserver.storage.records import EventHappened, RecordingMade
from tests.mediaserver.calls.bench import Bench
from tests.mediaserver.calls.lines import Line

START, STOP, PAUSE, RESUME = RecordingStep


async def talk(bench: Bench) -> Line:
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    return ann


async def levels(bench: Bench, ann: Line) -> list[tuple[int, int]]:
    """What was recorded of caller and agent, frame by frame, once the call is over."""
    ann.leave()
    await bench.settle()
    await bench.recorder.close()
    (made,) = bench.sink.of(RecordingMade)
    with wave.open(made.path) as file:
        content = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 320, 2)
    assert made.seconds == len(content) * 0.02
    return [(int(left), int(right)) for left, right in content[:, 0]]


def told(bench: Bench) -> list[tuple[str, int]]:
    kept = [event.data for event in bench.sink.of(EventHappened) if event.kind == "recording"]
    live = [event.data for event in bench.call.history if event.kind == "recording"]
    assert kept == live
    return [(data["state"], data["recorded_ms"]) for data in kept]


async def test_a_pause_is_silence_and_the_recordings_time_goes_on(bench: Bench) -> None:
    ann = await talk(bench)
    await bench.ticks(3)
    assert bench.board.control_recording(bench.call.id, PAUSE) is RecordingState.PAUSED
    await bench.ticks(4)
    assert bench.board.control_recording(bench.call.id, RESUME) is RecordingState.RECORDING
    await bench.ticks(2)
    assert told(bench) == [("paused", 60), ("recording", 140)]
    assert await levels(bench, ann) == [(1, 50)] * 3 + [(0, 0)] * 4 + [(1, 50)] * 2


async def test_a_stop_leaves_a_gap_that_is_said(bench: Bench) -> None:
    ann = await talk(bench)
    await bench.ticks(3)
    assert bench.board.control_recording(bench.call.id, STOP) is RecordingState.STOPPED
    await bench.ticks(30)
    assert bench.board.control_recording(bench.call.id, START) is RecordingState.RECORDING
    await bench.ticks(2)
    assert told(bench) == [("stopped", 60), ("recording", 60)]
    assert await levels(bench, ann) == [(1, 50)] * 5


async def test_what_was_said_before_a_pause_is_not_written_after_it(bench: Bench) -> None:
    """A frame of the caller's that waited for the agent's is of the time before."""
    recording = bench.recorder.open(uuid4(), datetime.now(UTC))
    recording.caller(np.full(320, 9, np.int16))
    recording.goes_on(RecordingState.PAUSED)
    recording.caller(np.full(320, 8, np.int16))
    recording.agent(np.full(320, 7, np.int16))
    recording.goes_on(RecordingState.RECORDING)
    recording.agent(None)
    recording.agent(np.full(320, 6, np.int16))
    recording.close()
    await bench.recorder.close()
    with wave.open(str(recording.path)) as file:
        written = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(3, 320, 2)
    assert written.max(axis=1).tolist() == [[0, 0], [0, 0], [0, 6]]


async def test_a_call_that_was_not_recorded_is_from_now_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    ann = await talk(bench)
    first = bench.board._live[bench.call.id].first
    first.recording = None  # its agent's row says that it is not recorded
    first.dress(bench.clock)
    await bench.ticks(2)
    for step in (PAUSE, RESUME):
        with pytest.raises(CallError, match="start it"):
            bench.board.control_recording(bench.call.id, step)
    assert bench.board.control_recording(bench.call.id, STOP) is RecordingState.STOPPED
    assert bench.board.control_recording(bench.call.id, START) is RecordingState.RECORDING
    await bench.ticks(2)
    assert bench.board.control_recording(bench.call.id, START) is RecordingState.RECORDING
    assert told(bench) == [("recording", 0)]
    assert await levels(bench, ann) == [(1, 50)] * 2
    await bench.board.close()


async def test_a_server_that_records_nothing_begins_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, record=False)
    await talk(bench)
    with pytest.raises(CallError, match=r"recording\.enabled"):
        bench.board.control_recording(bench.call.id, START)
    await bench.board.close()


async def test_a_recording_that_broke_off_is_not_begun_again(bench: Bench) -> None:
    ann = await talk(bench)
    first = bench.board._live[bench.call.id].first
    assert first.recording is not None
    first.recording.close()
    with pytest.raises(CallError, match="broke off"):
        bench.board.control_recording(bench.call.id, START)
    call_id = bench.call.id
    ann.leave()
    with pytest.raises(NoSuchCallError):
        bench.board.control_recording(call_id, START)
