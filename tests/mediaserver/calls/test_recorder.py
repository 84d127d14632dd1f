from __future__ import annotations

import asyncio
import threading
import wave
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.calls.recorder import BATCH_FRAMES, Recorded, Recorder, Track, salvage
from mediaserver.calls.wave_file import HEADER_EVERY, Batch, wav_header
from mediaserver.media.leg import Ended, EndedBy, Frame, LegEvent, Termination, Why
from mediaserver.media.line_condition import LineCondition
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from mediaserver.metrics import Metrics
from mediaserver.storage.records import EventHappened, Record, RecordingMade

CALL = UUID(int=7)
DAY = datetime(2026, 11, 21, tzinfo=UTC)
END = Ended(Termination(EndedBy.CALLER, Why.HANGUP))


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True


class Echo:
    """Answers each frame with its negative one tick later."""

    def __init__(self) -> None:
        self.last: Frame | None = None
        self.events: list[LegEvent] = []

    def on_frame(self, frame: Frame) -> None:
        self.last = frame

    def next_frame(self, t: int) -> Frame | None:
        return None if self.last is None else -self.last

    def on_event(self, event: LegEvent) -> None:
        self.events.append(event)


def frame(value: int) -> Frame:
    return np.full(FRAME_SAMPLES, value, np.int16)


def tick(app: Recorded, number: int, heard: Frame | None) -> None:
    if heard is not None:
        app.on_frame(heard)
    app.next_frame(number * FRAME_SAMPLES)


def samples(path: Path) -> npt.NDArray[np.int16]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 16_000)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)


async def written(recorder: Recorder) -> None:
    """Wait until the thread has done what it was given and the loop has heard of it."""
    done = threading.Event()
    recorder._work.put(done.set)
    await asyncio.to_thread(done.wait, 5)
    await asyncio.sleep(0)


async def test_the_caller_is_left_and_the_agent_right(tmp_path: Path) -> None:
    kept = Kept()
    recorder = Recorder(tmp_path, kept)
    echo = Echo()
    app = Recorded(echo, recorder.open(CALL, DAY))
    tick(app, 0, None)
    for number in range(1, 60):
        tick(app, number, frame(number) if number != 30 else None)
    app.on_event(END)
    await recorder.close()

    path = tmp_path / "2026-11-21" / f"{CALL}.wav"
    content = samples(path).reshape(60, FRAME_SAMPLES, 2)
    assert content[0].max() == 0
    assert (content[1] == [1, -1]).all() and (content[59] == [59, -59]).all()
    assert (content[30] == [0, -29]).all(), "a gap is silence at its own place"
    assert echo.events == [END]
    (made,) = kept.records
    assert made == RecordingMade(CALL, str(path), 1.2, path.stat().st_size)


async def test_a_recording_keeps_what_came_however_it_is_cleaned(tmp_path: Path) -> None:
    class Hushed:
        condition = LineCondition()
        raw = frame(7)
        resting = False

        def hear(self, came: Frame) -> Frame:
            return came

        def spoke(self, said: Frame | None) -> None: ...

        def rest(self) -> None: ...

        def close(self) -> None: ...

    class Agent(Echo):
        cleaner = Hushed()

    recorder = Recorder(tmp_path, Kept())
    agent = Agent()
    app = Recorded(agent, recorder.open(CALL, DAY))
    assert app.cleaner is agent.cleaner, "the clock has it clean its line"
    app.on_frame(frame(1))
    app.next_frame(0)
    agent.cleaner.resting = True  # it has failed, or another app has the leg: what it says is old
    app.on_frame(frame(1))
    app.next_frame(0)
    app.on_event(END)
    await recorder.close()
    kept = samples(tmp_path / "2026-11-21" / f"{CALL}.wav")
    assert (kept[0, 0], kept[FRAME_SAMPLES, 0]) == (7, 1)
    assert Recorded(Echo(), recorder.open(UUID(int=9), DAY)).cleaner is None


async def test_silence_is_recorded_and_takes_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept()
    recorder = Recorder(tmp_path, kept)
    recording = recorder.open(CALL, DAY)
    handed: list[int] = []
    write = recorder.write

    def noted(track: Track, batch: Batch) -> None:
        handed.append(sum(batch.strides))
        write(track, batch)

    monkeypatch.setattr(recorder, "write", noted)
    for number in range(2 * BATCH_FRAMES + 1):
        recording.caller(frame(0))
        recording.agent(frame(5) if number == 2 * BATCH_FRAMES else None)
    recording.close()
    await recorder.close()
    assert handed == [0, 0]
    heard = samples(recording.path)
    assert len(heard) == (2 * BATCH_FRAMES + 1) * FRAME_SAMPLES
    assert not heard[:-FRAME_SAMPLES].any() and (heard[-FRAME_SAMPLES:] == (0, 5)).all()


async def test_a_recording_is_closed_once_and_stays_closed(tmp_path: Path) -> None:
    kept = Kept()
    recorder = Recorder(tmp_path, kept)
    app = Recorded(Echo(), recorder.open(CALL, DAY))
    tick(app, 0, frame(1))
    app.on_event(END)
    app.on_event(END)
    tick(app, 1, frame(2))
    await recorder.close()
    assert len(kept.records) == 1
    assert len(samples(tmp_path / "2026-11-21" / f"{CALL}.wav")) == FRAME_SAMPLES


async def test_a_call_without_audio_leaves_no_recording(tmp_path: Path) -> None:
    kept = Kept()
    recorder = Recorder(tmp_path, kept)
    Recorded(Echo(), recorder.open(CALL, DAY)).on_event(END)
    await recorder.close()
    assert not kept.records and not (tmp_path / "2026-11-21").exists()


async def test_the_file_can_be_played_while_it_grows(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, Kept())
    app = Recorded(Echo(), recorder.open(CALL, DAY))
    for number in range(BATCH_FRAMES * (HEADER_EVERY + 1)):
        tick(app, number, frame(5))
    await written(recorder)
    assert (
        len(samples(tmp_path / "2026-11-21" / f"{CALL}.wav"))
        == BATCH_FRAMES * (HEADER_EVERY + 1) * FRAME_SAMPLES
    )
    await recorder.close()


async def test_a_full_disk_ends_the_recording_and_not_the_call(tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-21"
    folder.mkdir()
    (folder / f"{CALL}.wav").symlink_to("/dev/full")
    kept, metrics, echo = Kept(), Metrics(), Echo()
    recorder = Recorder(tmp_path, kept, metrics)
    recording = recorder.open(CALL, DAY)
    app = Recorded(echo, recording)
    for number in range(BATCH_FRAMES):
        tick(app, number, frame(1))
    await written(recorder)
    assert recording.stopped
    for number in range(3 * BATCH_FRAMES):
        tick(app, number, frame(2))
    assert echo.last is not None and echo.last[0] == 2
    app.on_event(END)
    await recorder.close()
    (failed,) = kept.records
    assert failed == EventHappened(CALL, 0, "recording_failed", {"reason": "No space left on device"})
    assert "voiceforge_recordings_failed_total 1.0" in metrics.render().decode()


async def test_a_full_disk_is_told_again_and_its_end_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "2026-11-21"
    folder.mkdir()
    caplog.set_level("INFO")
    times = iter((0.0, 1.0, 59.9, 60.0, 61.0))
    recorder = Recorder(tmp_path, Kept(), now=lambda: next(times))

    async def recorded(call: int, full: bool) -> None:
        path = folder / f"{UUID(int=call)}.wav"
        if full:
            path.symlink_to("/dev/full")
        app = Recorded(Echo(), recorder.open(UUID(int=call), DAY))
        for number in range(BATCH_FRAMES):
            tick(app, number, frame(1))
        await written(recorder)
        app.on_event(END)

    assert recorder.finding().ok
    for call in range(1, 5):
        await recorded(call, full=True)
    assert [record.message.partition(" (")[0] for record in caplog.records] == [
        "1 recording was broken off", "3 recordings were broken off",
    ]  # fmt: skip
    found = recorder.finding()
    assert not found.ok and not found.fatal and str(tmp_path) in found.mend
    assert found.detail == "4 recordings were broken off, the last for: No space left on device"
    await recorded(5, full=False)
    assert recorder.finding().ok
    told = caplog.records[-1].message
    assert told == "recordings are written again; 4 recordings were broken off meanwhile"
    await recorded(6, full=True)
    assert caplog.records[-1].message.startswith("1 recording was broken off (No space left on device): make")
    await recorder.close()


async def test_a_folder_that_cannot_be_made_ends_the_recording(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = Kept()
    recorder = Recorder(tmp_path / "file", kept)
    app = Recorded(Echo(), recorder.open(CALL, DAY))
    tick(app, 0, frame(1))
    app.on_event(END)
    await recorder.close()
    assert [record.kind for record in kept.records if isinstance(record, EventHappened)] == [
        "recording_failed"
    ]


async def test_a_disk_that_cannot_follow_ends_recordings(tmp_path: Path) -> None:
    kept = Kept()
    recorder = Recorder(tmp_path, kept)
    go_on = threading.Event()
    app = Recorded(Echo(), recorder.open(CALL, DAY))
    recorder._work.put(lambda: None if go_on.wait(10) else None)
    recorder._handed += 65 << 20  # as if other calls had handed over this much
    for number in range(2 * BATCH_FRAMES):
        tick(app, number, frame(1))
    go_on.set()
    await recorder.close()
    assert [record.data for record in kept.records if isinstance(record, EventHappened)] == [
        {"reason": "the disk is too slow"}
    ]


async def test_a_caller_far_ahead_of_the_clock_does_not_fill_memory(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, Kept())
    recording = recorder.open(CALL, DAY)
    for value in range(100):
        recording.caller(frame(value))
    assert len(recording._early) == 10
    await recorder.close()


async def test_what_a_dead_process_left_is_made_whole(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-21" / f"{CALL}.wav"
    path.parent.mkdir()
    # Cut off in the middle of a sample, behind a header that knows of none.
    path.write_bytes(wav_header(0) + bytes(4 * SAMPLE_RATE + 3))
    size = 44 + 4 * SAMPLE_RATE
    assert salvage(tmp_path, CALL, DAY) == RecordingMade(CALL, str(path), 1.0, size)
    assert len(samples(path)) == SAMPLE_RATE
    assert path.stat().st_size == size


def test_nothing_is_made_of_no_recording_and_of_one_without_samples(tmp_path: Path) -> None:
    assert salvage(tmp_path, CALL, DAY) is None
    path = tmp_path / "2026-11-21" / f"{CALL}.wav"
    path.parent.mkdir()
    path.write_bytes(wav_header(0)[:20])
    assert salvage(tmp_path, CALL, DAY) is None
