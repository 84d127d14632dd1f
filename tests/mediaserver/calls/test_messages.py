"""The files of messages: what is in them, what is thrown away, and what outlives a full disk and a crash."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt

from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.calls.messages import MOST_IN_CALL, CallMessages, LeftMessage, salvaged_messages
from mediaserver.calls.recorder import BATCH_FRAMES, Recorder
from mediaserver.calls.wave_file import wav_header
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from mediaserver.storage.records import EventHappened, MessageKept, Record

CALL = UUID(int=7)
DAY = datetime(2026, 11, 21, tzinfo=UTC)


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True

    def messages(self) -> list[MessageKept]:
        return [record for record in self.records if isinstance(record, MessageKept)]


class Desk:
    """A call and its recorder."""

    def __init__(self, folder: Path) -> None:
        self.kept = Kept()
        self.seconds = 100.0
        self.recorder = Recorder(folder, self.kept)
        self.call = Call(
            CALL, "inbound", "sip:a@h", "sip:b@h", "demo", self.kept, EventBus(),
            now=lambda: self.seconds, wall=lambda: DAY,
        )  # fmt: skip
        self.call.answer()
        self.messages = CallMessages(self.recorder, self.call, 300)
        self.folder = folder / "2026-11-21"

    def open(self) -> LeftMessage:
        message = self.messages.open()
        assert message is not None
        return message

    def path(self, index: int) -> Path:
        return self.folder / f"{CALL}-message-{index}.wav"


def frame(value: int) -> Frame:
    return np.full(FRAME_SAMPLES, value, np.int16)


def samples(path: Path) -> npt.NDArray[np.int16]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, SAMPLE_RATE)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


async def test_a_message_is_a_mono_file_of_its_own(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.seconds = 104.0
    message = desk.open()
    for number in range(60):
        message.hear(frame(number))
    desk.seconds = 110.0
    message.close()
    message.close()
    message.hear(frame(99))
    await desk.recorder.close()
    content = samples(desk.path(0)).reshape(60, FRAME_SAMPLES)
    assert (content == np.arange(60)[:, None]).all()
    size = desk.path(0).stat().st_size
    assert desk.kept.messages() == [MessageKept(CALL, 0, 4_000, str(desk.path(0)), 1.2, size)]
    assert message.path == desk.path(0) and not message.lost


async def test_what_was_thrown_away_is_not_in_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    message = desk.open()
    for _ in range(3 * BATCH_FRAMES + 7):
        message.hear(frame(1))
    desk.seconds = 120.0
    message.begin_again(desk.call.elapsed_ms())
    for _ in range(40):
        message.hear(frame(2))
    message.close()
    await desk.recorder.close()
    content = samples(desk.path(0))
    assert len(content) == 40 * FRAME_SAMPLES and (content == 2).all()
    (kept,) = desk.kept.messages()
    assert (kept.at_ms, kept.seconds, kept.size_bytes) == (20_000, 0.8, desk.path(0).stat().st_size)


async def test_a_message_of_nobody_leaves_no_file_and_no_row(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    message = desk.open()
    for _ in range(2 * BATCH_FRAMES):
        message.hear(frame(0))
    message.drop()
    message.hear(frame(1))
    message.close()
    other = desk.open()
    other.drop()
    await desk.recorder.close()
    assert desk.kept.messages() == [] and list(desk.folder.iterdir()) == []


async def test_each_message_of_a_call_has_a_number_whoever_takes_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for messages in (desk.messages, CallMessages(desk.recorder, desk.call, 300)):
        message = messages.open()
        assert message is not None
        message.hear(frame(1))
        message.close()
    await desk.recorder.close()
    assert [kept.index for kept in desk.kept.messages()] == [0, 1]
    assert sorted(path.name for path in desk.folder.iterdir()) == [desk.path(0).name, desk.path(1).name]


async def test_a_call_cannot_leave_messages_without_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for _ in range(MOST_IN_CALL):
        desk.open().drop()
    assert desk.messages.open() is None
    await desk.recorder.close()


async def test_a_transcript_is_kept_whenever_it_comes(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    early, late = desk.open(), desk.open()
    for message in (early, late):
        message.hear(frame(1))
    early.transcribed("before")
    early.close()
    late.close()
    await desk.recorder.close()
    late.transcribed("behind")
    assert [(kept.index, kept.transcript) for kept in desk.kept.messages()] == [
        (0, "before"), (1, ""), (1, "behind"),
    ]  # fmt: skip


async def test_a_full_disk_ends_the_message_and_tells_which(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.folder.mkdir()
    desk.path(0).symlink_to("/dev/full")
    message = desk.open()
    for _ in range(BATCH_FRAMES):
        message.hear(frame(1))
    message.close()
    await desk.recorder.close()
    assert message.lost and desk.kept.messages() == []
    (failed,) = [record for record in desk.kept.records if isinstance(record, EventHappened)]
    assert failed.data == {"reason": "No space left on device", "message": 0}
    assert not desk.recorder.finding().ok


async def test_messages_that_are_open_when_the_server_stops_are_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.open().hear(frame(3))
    await desk.recorder.close()
    assert len(desk.kept.messages()) == 1 and (samples(desk.path(0)) == 3).all()


def test_what_a_dead_process_left_is_made_whole(tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-21"
    folder.mkdir()
    path = folder / f"{CALL}-message-3.wav"
    path.write_bytes(wav_header(0, 1) + bytes(2 * SAMPLE_RATE + 1))
    (folder / f"{CALL}-message-4.wav").write_bytes(wav_header(0, 1))
    size = 44 + 2 * SAMPLE_RATE
    assert salvaged_messages(tmp_path, CALL, DAY) == [MessageKept(CALL, 3, 0, str(path), 1.0, size)]
    assert len(samples(path)) == SAMPLE_RATE
