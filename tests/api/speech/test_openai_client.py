"""The official client of OpenAI, unchanged, against the server with its embedded engines."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import openai
import pytest
import pytest_asyncio
from openai import AsyncOpenAI

from mediaserver.settings.engines import usual_voices
from pipelines.audio.formats import FileFormat
from tests.api.speech.studio import Studio
from tests.pipelines.audio.sounds import made, melody
from tests.testdata import TESTDATA

pytestmark = pytest.mark.asyncio(loop_scope="module")
recorded = pytest.mark.skipif(not TESTDATA.is_dir(), reason="recorded speech is not part of the project")

SPEECH = TESTDATA / "speech"


@pytest_asyncio.fixture(loop_scope="module")
async def client(studio: Studio) -> AsyncIterator[AsyncOpenAI]:
    studio.counts.take()
    async with AsyncOpenAI(api_key=studio.secret, base_url=f"{studio.url}/v1", max_retries=0) as client:
        yield client


async def test_speech_in_every_format(client: AsyncOpenAI, studio: Studio) -> None:
    begins = {
        "mp3": b"\xff",
        "opus": b"OggS",
        "aac": b"\xff\xf1",
        "flac": b"fLaC",
        "wav": b"RIFF",
        "pcm": b"",
    }
    for format, begin in begins.items():
        answer = await client.audio.speech.create(
            model="tts-1",
            voice="alloy",
            input="Good morning.",
            response_format=format,  # type: ignore[arg-type]
        )
        assert answer.content.startswith(begin), format
        assert len(answer.content) > 2_000
    used = studio.counts.take()
    assert used["tts_characters"] == 13 and 0.5 < used["tts_seconds"] < 3


async def test_speech_comes_as_events(client: AsyncOpenAI) -> None:
    async with client.audio.speech.with_streaming_response.create(
        model="espeak-ng", voice="en-us", input="Hello there.", response_format="pcm", stream_format="sse"
    ) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        lines = [line async for line in answer.iter_lines() if line]
    assert '"speech.audio.delta"' in lines[0] and '"speech.audio.done"' in lines[-1]


@recorded
async def test_a_recording_comes_back_as_words(client: AsyncOpenAI, studio: Studio) -> None:
    with (SPEECH / "librivox-0880.wav").open("rb") as file:
        told = await client.audio.transcriptions.create(
            model="whisper-1",
            file=file,
            language="en",
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )
    assert "he was not" in told.text and told.language == "english"
    assert told.duration == pytest.approx(2.99, abs=0.01)
    assert told.segments is not None and told.words is not None
    assert [word.word for word in told.words] == told.text.split()
    assert all(word.start < word.end <= told.duration for word in told.words)
    assert 0 < told.words[0].confidence <= 1  # type: ignore[attr-defined]
    assert told.segments[0].avg_logprob < 0 and told.segments[0].no_speech_prob < 0.5
    assert studio.counts.take() == {"stt_seconds": pytest.approx(2.99, abs=0.01)}


@recorded
async def test_words_come_as_events(client: AsyncOpenAI) -> None:
    with (SPEECH / "librivox-0880.wav").open("rb") as file:
        stream = await client.audio.transcriptions.create(
            model="gpt-4o-transcribe",
            file=file,
            response_format="json",
            stream=True,
            chunking_strategy={"type": "server_vad", "silence_duration_ms": 300},
        )
        events = [event async for event in stream]
    assert [event.type for event in events] == ["transcript.text.delta", "transcript.text.done"]
    assert events[0].delta == events[-1].text  # type: ignore[union-attr]


@recorded
async def test_plain_forms_of_a_transcript(client: AsyncOpenAI) -> None:
    content = (SPEECH / "dialogflow-two_people.wav").read_bytes()
    for format, begin in (("text", "two people\n"), ("srt", "1\n00:00:00,"), ("vtt", "WEBVTT\n\n00:00:00.")):
        told = await client.audio.transcriptions.create(
            model="whisper-1",
            file=("speech.wav", content),
            response_format=format,  # type: ignore[call-overload]
        )
        assert isinstance(told, str) and told.startswith(begin)


async def test_what_we_say_we_can_hear(client: AsyncOpenAI) -> None:
    """Spoken by one engine, packed by Opus, heard by the other: that something is heard is enough, for our
    voice is the hardest for our recogniser."""
    said = await client.audio.speech.create(
        model="tts-1", voice="alloy", input="One two three four five.", response_format="opus"
    )
    heard = await client.audio.transcriptions.create(model="whisper-1", file=("said.opus", said.content))
    assert heard.text


async def test_models_are_listed(client: AsyncOpenAI) -> None:
    listed = {model.id: model async for model in client.models.list()}
    assert {"espeak-ng", "pocketsphinx"} <= listed.keys()
    assert (await client.models.retrieve("espeak-ng")).owned_by == "voiceforge"
    for usual in ("whisper-1", "tts-1"):  # what `model` takes is there
        assert (await client.models.retrieve(usual)).id == usual
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt-77")


async def test_mistakes_raise_the_errors_of_the_client(client: AsyncOpenAI) -> None:
    create = client.audio.speech.create
    with pytest.raises(openai.NotFoundError, match=f"there is {', '.join(usual_voices())}") as missing:
        await create(model="tts-77", voice="alloy", input="Hello")
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match="elvish") as unknown:
        await create(model="tts-1", voice="elvish", input="Hello")
    assert unknown.value.type == "invalid_request_error"
    with pytest.raises(openai.BadRequestError) as wrong:
        await create(model="tts-1", voice="alloy", input="Hello", speed=9)
    assert wrong.value.param == "speed"
    with pytest.raises(openai.BadRequestError, match="no text to speak"):
        await create(model="tts-1", voice="alloy", input=" \n")
    hear = client.audio.transcriptions.create
    with pytest.raises(openai.APIStatusError, match="send one of wav") as foreign:
        await hear(model="whisper-1", file=("speech.wav", b"this is no audio"))
    assert foreign.value.status_code == 415
    with pytest.raises(openai.BadRequestError, match="No recogniser hears de"):
        await hear(model="whisper-1", file=("a.wav", b"RIFF"), language="de")
    with pytest.deprecated_call(), pytest.raises(openai.BadRequestError, match="translates"):
        await client.audio.translations.create(model="whisper-1", file=("a.wav", io.BytesIO(b"RIFF")))
    with pytest.raises(openai.NotFoundError, match="no language model"):
        await client.chat.completions.create(model="gpt-77", messages=[{"role": "user", "content": "Hi"}])


async def test_silence_is_no_text(client: AsyncOpenAI) -> None:
    quiet = made(FileFormat.FLAC, melody() // 500)
    heard = await client.audio.transcriptions.create(model="whisper-1", file=("quiet.flac", quiet))
    assert heard.text == ""
