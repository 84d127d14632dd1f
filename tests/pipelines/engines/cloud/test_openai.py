"""OpenAI's recogniser and voices by its own client, in workers of the server's environment, against a
stand-in."""

from __future__ import annotations

import logging
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from mediaserver.errors import EngineMissingError, ProviderError, ProviderFault
from pipelines.engines.cloud.provider_engine import ProviderStt, ProviderTts
from pipelines.engines.protocols import Grammar
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.openai_transcribe.answers import final
from pipelines.engines.stt.openai_transcribe.engine import ENGINE as TRANSCRIBE
from pipelines.engines.tts.openai_speech.engine import ENGINE as SPEECH
from tests.pipelines.engines.cloud.listening import Caller, heard
from tests.pipelines.engines.cloud.runs import Runs
from tests.standins.openai_speech import OpenaiAudio
from tests.standins.provider import KEY, Trouble


async def test_a_voice_speaks_and_stops_when_nobody_listens(tmp_path: Path) -> None:
    runs = Runs[ProviderTts, OpenaiAudio](SPEECH, OpenaiAudio, tmp_path)
    async with runs() as (tts, provider):
        assert (await heard(tts, "Your table, at eight.", language="de"))[0] == "your table at eight"
        assert (await heard(tts, f"One.{' ' * 1990} Two."))[0] == "one two"
        assert all(len(asked["input"]) <= 2000 for asked in provider.asked)
        provider.troubles.append(Trouble(endless=True))
        async with aclosing(tts.speak("one two three")) as stream:
            assert (await anext(stream)).samples.any()
        await provider.until_closed()
        assert provider.faults == []


async def test_whatever_a_voice_meets_ends_in_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runs = Runs[ProviderTts, OpenaiAudio](SPEECH, OpenaiAudio, tmp_path)
    quota = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
    troubles = [
        (Trouble(429, None, {"Retry-After": "17"}), ProviderFault.LIMIT, "left alone for 17 s"),
        (Trouble(429, quota), ProviderFault.QUOTA, "top it up"),
        (Trouble(503), ProviderFault.DOWN, "failed (503)"),
        (Trouble(empty=True), ProviderFault.DOWN, "it gave no sound"),
        (Trouble(endless=True), ProviderFault.DOWN, "without an end"),
        (Trouble(cut_after=1), ProviderFault.DOWN, "failed"),
        (Trouble(silent=True), ProviderFault.DOWN, "failed"),
    ]
    async with runs(answer_s=0.3) as (tts, provider):
        for trouble, kind, said in troubles:
            provider.troubles.append(trouble)
            with pytest.raises(ProviderError) as error:
                await heard(tts, "hello world")
            assert error.value.kind is kind
            assert said in str(error.value)
            assert not tts.ready
        assert (await heard(tts, "hello"))[0] == "hello"
        assert tts.ready
        with pytest.raises(EngineMissingError, match="refuses the request .400.: Invalid voice"):
            await heard(tts, "hello", voice="nobody")
        await provider.revoke()
        with caplog.at_level(logging.WARNING), pytest.raises(ProviderError, match="refuses the key in") as e:
            await heard(tts, "hello")
        assert str(runs.key_file) in str(e.value)
        assert KEY not in caplog.text
        runs.key_file.write_text("new")
        provider.keys.add("new")
        assert (await heard(tts, "hello"))[0] == "hello"


async def test_an_utterance_is_heard_as_a_whole(tmp_path: Path) -> None:
    runs = Runs[ProviderStt, OpenaiAudio](TRANSCRIBE, OpenaiAudio, tmp_path)
    async with runs(model="whisper-1") as (stt, provider):
        result = await Caller(stt).says("book a room")
        assert (result.text, result.understood) == ("book a room", True)
        assert [word.text for word in result.words] == ["book", "a", "room"]
        assert result.confidence is not None and 0.7 < result.confidence < 0.9
        silence = Caller(stt)
        silence.begin()
        silence.say(np.zeros(960, np.int16))
        assert (await silence.final()).understood is False
        assert provider.faults == []


async def test_whatever_a_recogniser_meets_ends_in_one_line_and_it_is_asked_again(tmp_path: Path) -> None:
    runs = Runs[ProviderStt, OpenaiAudio](TRANSCRIBE, OpenaiAudio, tmp_path)
    async with runs() as (stt, provider):
        for trouble, said in (
            (Trouble(429, None, {"Retry-After": "17"}), "left alone for 17 s"),
            (Trouble(402, {"error": {"message": "no credits"}}), "top it up"),
            (Trouble(503), "failed (503)"),
            (
                Trouble(400, {"error": {"message": "no such model"}}),
                "refuses the request (400): no such model",
            ),
            (Trouble(nonsense_after=0), "cannot be read"),
            (Trouble(cut_after=0), "failed"),
        ):
            provider.troubles.append(trouble)
            result = await Caller(stt).says("one")
            assert result.failed and result.error is not None
            assert said in str(result.error)
        await provider.revoke()
        result = await Caller(stt).says("one")
        assert f"refuses the key in {runs.key_file}; put a valid one there" in str(result.error)
        assert not stt.ready
        runs.key_file.write_text("new")
        provider.keys.add("new")
        assert (await Caller(stt).says("one")).text == "one"
        assert stt.ready


async def test_a_recogniser_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    runs = Runs[ProviderStt, OpenaiAudio](TRANSCRIBE, OpenaiAudio, tmp_path)
    async with runs(answer_s=0.2) as (stt, provider):
        provider.troubles.append(Trouble(silent=True))
        assert "failed" in str((await Caller(stt).says("one")).error)


@pytest.mark.slow
async def test_what_is_listened_for_is_told_as_the_model_takes_it(tmp_path: Path) -> None:
    grammar = Grammar("rooms", "#JSGF V1.0; grammar rooms; public <r> = mountain view | sea side;")
    runs = Runs[ProviderStt, OpenaiAudio](TRANSCRIBE, OpenaiAudio, tmp_path)
    async with runs(keyterms=["Voiceforge"]) as (stt, provider):
        assert (await Caller(stt, "en-GB").says("sea side", grammar)).text == "sea side"
        assert provider.asked[-1]["keywords[]"] == ["Voiceforge", "mountain view", "sea side"]
        assert provider.asked[-1]["language"] == ["en"]
        assert provider.faults == []


def test_what_whisper_invents_is_left_out() -> None:
    said = {"text": " Hello", "start": 0, "end": 1, "no_speech_prob": 0.1, "avg_logprob": -0.1}
    silent = {"text": " Bye", "start": 1, "end": 2, "no_speech_prob": 0.9, "avg_logprob": -1.5}
    again = {"text": " la la", "start": 2, "end": 3, "compression_ratio": 9.0}
    told = final({"text": "Hello Bye la la", "segments": [said, silent, again]})
    assert (told["text"], told["understood"]) == ("Hello", True)
    assert final({"text": " ", "segments": [silent]})["understood"] is False


def test_a_model_that_tells_no_probabilities_has_no_confidence() -> None:
    assert final({"text": "hello"})["confidence"] is None
    assert final({"text": "hello", "logprobs": [{"logprob": 0.0}]})["confidence"] == 1.0


def test_a_server_of_ones_own_is_not_told_openais_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    options = EngineOptions(settings={"base_url": "http://127.0.0.1:9"})
    assert SPEECH.check(options).ready
    assert "OPENAI_API_KEY" not in SPEECH.spec(options).surroundings()
    assert SPEECH.spec(EngineOptions()).surroundings()["OPENAI_API_KEY"] == KEY
