"""Our own routes of speech: what they answer, and that nothing of a request is left behind."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import av
import numpy as np
import pytest
from aiohttp import FormData

from api.access.scopes import Scope
from mediaserver.media.g711 import PCMU
from mediaserver.media.time import SAMPLE_RATE
from mediaserver.settings.engines import usual_voices
from pipelines.audio.formats import FileFormat
from tests.api.keys import STRANGER, bearer, made_up_key
from tests.api.speech.studio import Studio
from tests.pipelines.audio.sounds import made, melody, pitch
from tests.recordings import read_wav
from tests.testdata import TESTDATA

pytestmark = pytest.mark.asyncio(loop_scope="module")
recorded = pytest.mark.skipif(not TESTDATA.is_dir(), reason="recorded speech is not part of the project")
SPEECH = TESTDATA / "speech"


async def posted(studio: Studio, path: str, **more: Any) -> tuple[int, Any]:
    async with studio.client.post(path, **more) as answer:
        json_there = answer.content_type == "application/json"
        return answer.status, await answer.json() if json_there else await answer.read()


async def test_raw_speech_at_any_rate(studio: Studio) -> None:
    lengths = {}
    for rate in (8_000, 11_025, 48_000):
        told = {"text": "Good morning.", "format": "pcm", "sample_rate": rate}
        async with studio.client.post("/api/tts", json=told) as answer:
            assert answer.headers["Content-Type"] == f"audio/pcm; rate={rate}"
            assert answer.headers["X-Voice-Engine"] == usual_voices()[0]
            assert answer.headers["Transfer-Encoding"] == "chunked"
            lengths[rate] = len(await answer.read()) / 2 / rate
    assert max(lengths.values()) - min(lengths.values()) < 0.02


async def test_speed_and_voices_are_heard(studio: Studio) -> None:
    async def said(**more: Any) -> bytes:
        status, audio = await posted(
            studio, "/api/tts", json={"text": "Good morning.", "format": "mulaw", **more}
        )
        assert status == 200
        return bytes(audio)

    usual = await said()
    assert len(await said(speed=2.0)) < 0.7 * len(usual)
    assert await said(language="de") != usual
    assert await said(voice="hi-divya") != usual


async def test_ssml_is_read_where_it_is_asked_for(studio: Studio) -> None:
    ssml = '<speak>Room <say-as interpret-as="characters">A7</say-as>.<break time="2s"/> Bye.</speak>'

    async def said(**more: Any) -> tuple[int, Any]:
        told = {"format": "mulaw", **more}
        return await posted(studio, "/api/tts", json=told)

    _, plain = await said(text=ssml.replace('<break time="2s"/>', "<break time='1ms'/>"), ssml=True)
    status, marked = await said(text=ssml, ssml=True)
    assert status == 200 and 15_000 < len(marked) - len(plain) < 21_000, "two seconds at 8 kHz"
    _, read_out = await said(text=ssml)
    assert len(read_out) > 1.5 * len(marked), "without being asked for it is words like any others"
    status, refusal = await said(text="<speak>a & b</speak>", ssml=True)
    assert (status, refusal["error"]["code"]) == (422, "bad_ssml") and "&amp;" in refusal["error"]["message"]


async def test_a_voice_of_the_catalogue_says_who_speaks_it(studio: Studio) -> None:
    told = {"text": "नमस्ते", "voice": "hi-divya", "format": "mulaw"}
    async with studio.client.post("/api/tts", json=told) as answer:
        assert answer.headers["X-Voice-Engine"] == "espeak-ng"
        assert answer.headers["X-Voice-Instead-Of"] == "indic-parler-tts"
        assert answer.headers["X-Voice-Why"] == "it is not ready"
    status, content = await posted(
        studio, "/api/tts", json={"text": "om", "voice": "sa-aryan", "format": "mulaw"}
    )
    assert status == 422 and "sa" in content["error"]["message"]


async def test_words_come_with_their_times(studio: Studio) -> None:
    text = "One two. Three! " * 300  # longer than an engine takes at once
    async with studio.client.post(
        "/api/tts",
        json={"text": text, "format": "pcm", "sample_rate": 16_000, "timestamps": True, "speed": 4},
    ) as answer:
        assert answer.content_type == "application/x-ndjson"
        lines = [json.loads(line) for line in (await answer.read()).splitlines()]
    audio = b"".join(base64.b64decode(line["audio"]) for line in lines[:-1])
    words = [word for line in lines[:-1] for word in line["words"]]
    assert lines[-1]["done"] and lines[-1]["duration_ms"] == pytest.approx(len(audio) / 32, abs=1)
    assert len(words) == 900
    assert all(text[word["text_start"] : word["text_end"]] == word["text"] for word in words)
    times = [time for word in words for time in (word["start_ms"], word["end_ms"])]
    assert times == sorted(times) and times[-1] <= lines[-1]["duration_ms"]


@recorded
async def test_a_transcript_has_words_times_and_confidence(studio: Studio) -> None:
    form = FormData({"language": "en"})
    form.add_field("file", (SPEECH / "dialogflow-two_people.wav").read_bytes(), filename="x.mp3")
    status, told = await posted(studio, "/api/stt", data=form)
    assert status == 200 and told["text"] == "two people" and told["engine"] == "pocketsphinx"
    (segment,) = told["segments"]
    assert [word["text"] for word in segment["words"]] == ["two", "people"]
    assert 0 < told["confidence"] <= 1 and segment["speech_probability"] > 0.5
    assert 0 <= segment["start_ms"] < segment["end_ms"] <= told["duration_ms"]


@recorded
async def test_progress_is_told_piece_by_piece(studio: Studio) -> None:
    pause = np.zeros(2 * SAMPLE_RATE, np.int16)
    one = read_wav(SPEECH / "dialogflow-two_people.wav")
    content = made(FileFormat.FLAC, np.concatenate([pause, one, pause, one, pause]))
    async with studio.client.post(
        "/api/stt?stream=true", data=content, headers={"Content-Type": "audio/flac"}
    ) as answer:
        assert answer.content_type == "text/event-stream"
        events = [
            (dict(line.split(": ", 1) for line in event.splitlines()))
            for event in (await answer.text()).strip().split("\n\n")
        ]
    assert [event["event"] for event in events] == ["progress", *("segment", "progress") * 2, "done"]
    assert json.loads(events[-1]["data"])["text"] == "two people two people"
    progress = [json.loads(event["data"]) for event in events if event["event"] == "progress"]
    assert progress[0] == {"done_ms": 0, "total_ms": progress[1]["total_ms"]}
    assert 2_000 < progress[1]["done_ms"] < progress[2]["done_ms"] < progress[0]["total_ms"]


@recorded
async def test_where_somebody_speaks(studio: Studio) -> None:
    content = (SPEECH / "librivox-0880.wav").read_bytes()
    told = {"Content-Type": "audio/wav"}
    status, found = await posted(studio, "/api/vad?probabilities=true&pad_ms=0", data=content, headers=told)
    assert status == 200 and found["duration_ms"] == 2_990
    assert 1_500 < found["speech_ms"] <= 2_990 and found["segments"]
    assert len(found["probabilities"]) == pytest.approx(2_990 / found["step_ms"], abs=1)


@pytest.mark.parametrize(
    ("format", "rate"), [("wav", 8_000), ("mulaw", 0), ("flac", 44_100), ("pcm", 16_000)]
)
async def test_audio_is_converted(studio: Studio, format: str, rate: int) -> None:
    form = FormData({"format": format, "sample_rate": str(rate)})
    form.add_field("file", made(FileFormat.MP3, melody(), 24_000), filename="melody")
    async with studio.client.post("/api/convert", data=form) as answer:
        assert answer.status == 200 and answer.content_length == len(content := await answer.read())
        assert answer.headers["X-Sample-Rate"] == str(rate or 24_000)
    if format == "pcm":
        assert pitch(np.frombuffer(content, np.int16)[2_000:8_000], rate) == pytest.approx(440, abs=5)


async def test_raw_samples_are_believed_to_be_what_they_are_said_to_be(studio: Studio) -> None:
    content = PCMU.encode(melody(1.0, 8_000)).tobytes()
    status, samples = await posted(
        studio,
        "/api/convert?format=pcm&sample_rate=8000",
        data=content,
        headers={"Content-Type": "audio/PCMU"},
    )
    assert status == 200 and pitch(np.frombuffer(samples, np.int16)[:3_000], 8_000) == pytest.approx(
        440, abs=5
    )
    told = {"Content-Type": "audio/pcm; rate=48000"}
    content = melody(1.0, 48_000).tobytes()
    status, samples = await posted(
        studio, "/api/convert?format=pcm&sample_rate=8000", data=content, headers=told
    )
    assert status == 200 and len(samples) == pytest.approx(16_000, abs=100)
    told = {"Content-Type": "audio/pcm; rate=16000; channels=2"}
    status, samples = await posted(
        studio, "/api/convert?format=pcm", data=np.repeat(melody(1.0, 16_000), 2).tobytes(), headers=told
    )
    left = np.frombuffer(samples, np.int16)[::2]
    assert len(left) == 16_000 and pitch(left[2_000:8_000], 16_000) == pytest.approx(440, abs=5)


@pytest.mark.parametrize("said", ["rate=7", "rate=16k", "rate=999999", "rate=16000; channels=0"])
async def test_raw_samples_are_not_guessed_at(studio: Studio, said: str) -> None:
    told = {"Content-Type": f"audio/pcm; {said}"}
    status, content = await posted(studio, "/api/convert?format=wav", data=b"\0" * 3_200, headers=told)
    assert status == 400 and "of the Content-Type is a number from" in content["error"]["message"]


@pytest.mark.parametrize("format", ["wav", "mp3", "opus", "flac", "aac", "pcm", "mulaw"])
async def test_a_text_without_a_word_is_a_short_silence_that_plays(studio: Studio, format: str) -> None:
    async with studio.client.post("/api/tts", json={"text": "...", "format": format}) as answer:
        content = await answer.read()
        assert answer.status == 200
    if format in ("pcm", "mulaw"):
        assert len(content) > 1_000
    else:
        with av.open(io.BytesIO(content), "r") as file:
            assert sum(frame.samples for frame in file.decode(audio=0)) > 1_000


async def test_what_is_used_is_the_keys_that_asked(studio: Studio) -> None:
    studio.counts.take()
    assert (await posted(studio, "/api/tts", json={"text": "Hello.", "format": "mulaw"}))[0] == 200
    assert {each.owner for each in studio.counts.used} == {studio.key.id}
    assert {each.engine for each in studio.counts.used} == {usual_voices()[0]}
    studio.counts.take()


async def test_a_key_that_has_spent_its_quota_is_refused(studio: Studio) -> None:
    quota = {"tts_characters": 10.0, "stt_seconds": 0.5, "tokens": 0.0}
    _, secret = made_up_key(studio.context, Scope.SPEECH, Scope.MODELS, quota=quota)
    by = {"headers": bearer(secret)}
    assert (await posted(studio, "/api/tts", json={"text": "Ten chars.", "format": "mulaw"}, **by))[0] == 200
    status, told = await posted(studio, "/api/tts", json={"text": "Eleven char", "format": "mulaw"}, **by)
    assert (status, told["error"]["code"]) == (429, "quota_spent")
    question = {"model": "openai", "messages": [{"role": "user", "content": "Hi"}]}
    assert (await posted(studio, "/v1/chat/completions", json=question, **by))[0] == 429
    wav = {**bearer(secret), "Content-Type": "audio/wav"}
    assert (await posted(studio, "/api/stt", data=made(FileFormat.WAV), headers=wav))[0] == 429


async def test_a_key_without_the_scope_may_not(studio: Studio) -> None:
    _, secret = made_up_key(studio.context, Scope.MODELS)
    status, told = await posted(studio, "/api/tts", json={"text": "Hello."}, headers=bearer(secret))
    assert (status, told["error"]["code"]) == (403, "missing_scope")
    assert (await posted(studio, "/api/tts", json={"text": "Hello."}, headers=STRANGER))[0] == 401
