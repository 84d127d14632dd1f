"""Real worker processes: formats come streamed, files are read apart, and a stuck one is its own loss."""

from __future__ import annotations

import asyncio
import os
import signal
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest

from mediaserver.errors import EngineError, UnreadableAudioError
from pipelines.audio.formats import FileFormat
from pipelines.audio.speech_finder import SpeechRule
from pipelines.audio.workers import MODULE, AudioWorkers
from pipelines.workers.spec import BACKGROUND_NICENESS
from tests.pipelines.audio.sounds import file_of, made, melody


@pytest.fixture
async def workers() -> AsyncIterator[AudioWorkers]:
    made = AudioWorkers(readers=1)
    yield made
    await made.stop()


def processes() -> list[int]:
    """The numbers of the audio workers that run for us."""
    children = [each.read_text().split() for each in Path("/proc/self/task").glob("*/children")]
    ours = [int(child) for each in children for child in each]
    return [pid for pid in ours if MODULE.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_streams_are_encoded_side_by_side(workers: AudioWorkers) -> None:
    async def streamed(format: FileFormat) -> bytes:
        content = b""
        async with workers.encoder(format, 16_000) as encoder:
            for at in range(0, 16_000, 1_600):
                content += await encoder.feed(melody()[at : at + 1_600])
            return content + await encoder.finish()

    flac, pcm = await asyncio.gather(streamed(FileFormat.FLAC), streamed(FileFormat.PCM))
    assert flac[:4] == b"fLaC"
    assert np.array_equal(np.frombuffer(pcm, np.int16), melody())


async def test_a_file_is_read_to_another_and_a_wrong_one_refused(
    workers: AudioWorkers, tmp_path: Path
) -> None:
    path = file_of(tmp_path, made(FileFormat.MP3, melody(2.0), rate=24_000))
    raw = tmp_path / "raw"
    found = await workers.read(path, raw, seconds=10, within_s=20, speech=SpeechRule(), probabilities=True)
    assert (found.container, found.rate, found.channels) == ("mp3", 24_000, 1)
    assert found.seconds == pytest.approx(2.0, abs=0.13) and raw.stat().st_size == 2 * found.samples
    assert len(found.probabilities) == pytest.approx(63, abs=3)
    with pytest.raises(UnreadableAudioError, match="longer than 1 s") as caught:
        await workers.read(path, raw, seconds=1, within_s=20)
    assert caught.value.too_long
    with pytest.raises(UnreadableAudioError, match="send one of"):
        await workers.read(file_of(tmp_path, b"#EXTM3U\n/etc/passwd\n", "list"), raw, seconds=1, within_s=20)

    to = tmp_path / "to.flac"
    written = await workers.convert(path, to, FileFormat.FLAC, 8_000, seconds=10, within_s=20)
    assert (written.rate, written.bytes) == (8_000, to.stat().st_size) and to.read_bytes()[:4] == b"fLaC"


@pytest.mark.parametrize("format", [FileFormat.WAV, FileFormat.FLAC, FileFormat.MP3, FileFormat.OPUS])
async def test_what_is_converted_says_how_long_it_is(
    workers: AudioWorkers, tmp_path: Path, format: FileFormat
) -> None:
    path, to = file_of(tmp_path, made(FileFormat.MP3, melody(2.0), rate=24_000)), tmp_path / "to"
    written = await workers.convert(path, to, format, 24_000, seconds=10, within_s=20)
    assert written.bytes == to.stat().st_size
    with to.open("rb") as held, av.open(held) as file:
        (stream,) = file.streams.audio
        told = stream.duration and stream.time_base and float(stream.duration * stream.time_base)
        assert told == pytest.approx(2.0, abs=0.15)
    if format is FileFormat.WAV:
        with wave.open(str(to)) as heard:
            assert heard.getnframes() == pytest.approx(48_000, abs=3_000)


async def test_a_reader_that_dies_costs_its_own_file_alone(workers: AudioWorkers, tmp_path: Path) -> None:
    path = file_of(tmp_path, made(FileFormat.WAV))
    await workers.read(path, None, seconds=10, within_s=20)
    (reader,) = processes()
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, reader) == min(19, ours + BACKGROUND_NICENESS)
    os.mkfifo(tmp_path / "endless")  # as a file in which it is stuck
    with pytest.raises(UnreadableAudioError, match="within 0.2 s"):
        await workers.read(tmp_path / "endless", None, seconds=10, within_s=0.2)
    after = asyncio.create_task(workers.read(path, None, seconds=10, within_s=20))
    await asyncio.sleep(0)
    os.kill(reader, signal.SIGKILL)
    assert (await after).samples == 16_000, "who came behind it is heard by another"


async def test_a_file_that_its_reader_dies_of_is_refused(workers: AudioWorkers, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "deadly")
    reading = asyncio.create_task(workers.read(tmp_path / "deadly", None, seconds=10, within_s=20))
    file = await asyncio.to_thread((tmp_path / "deadly").open, "wb")  # returns once the worker reads it
    (reader,) = processes()
    os.kill(reader, signal.SIGKILL)
    with pytest.raises(UnreadableAudioError, match="its reader died"):
        await reading
    file.close()


async def test_an_encoder_that_dies_is_said(workers: AudioWorkers) -> None:
    async with workers.encoder(FileFormat.MP3, 24_000) as encoder:
        (encoder_process,) = processes()
        os.kill(encoder_process, signal.SIGKILL)
        with pytest.raises(EngineError, match="died"):
            while True:
                await encoder.feed(melody(0.1))


async def test_without_pyav_it_is_said_what_to_install(
    workers: AudioWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.audio.workers.available", lambda: False)
    with pytest.raises(EngineError, match="pip install av"):
        async with workers.encoder(FileFormat.PCM, 16_000):
            pass
