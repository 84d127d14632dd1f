"""Speech behind Hugging Face: endpoints and Spaces that answer, sleep and wake, against a stand-in."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import EngineMissingError, ProviderError, ProviderFault
from pipelines.engines.cloud.hugging_face.sounds import decoded, numbers, told
from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.hugging_face.engine import ENDPOINT as ENDPOINT_STT
from pipelines.engines.stt.hugging_face.engine import SPACE as SPACE_STT
from pipelines.engines.tts.hugging_face.engine import ENDPOINT as ENDPOINT_TTS
from pipelines.engines.tts.hugging_face.engine import SPACE as SPACE_TTS
from tests.pipelines.engines.cloud.listening import Caller, heard
from tests.standins.hugging_face import SPACE, HuggingFace
from tests.standins.provider import KEY, Trouble, serving


@asynccontextmanager
async def running(
    one: CloudEngine, folder: Path, path: str = "", **settings: Any
) -> AsyncIterator[tuple[Any, HuggingFace]]:
    """One in front of the stand-in; `path`: of an endpoint."""
    key = folder / "token"
    key.write_text(KEY)
    async with serving(HuggingFace()) as hub:
        given = {"base_url": hub.url + path, "api_key_file": str(key), **settings}
        if not path:
            given |= {"space": SPACE, "hub_url": hub.url}
        engine = one.make(EngineOptions(settings=given))
        await engine.start()
        try:
            yield engine, hub
        finally:
            await engine.stop()


async def test_an_endpoint_speaks_whatever_form_its_audio_has(tmp_path: Path) -> None:
    parameters = {"speaker": "f"}
    async with running(ENDPOINT_TTS, tmp_path, "/endpoint/tts", parameters=parameters) as (
        tts,
        hub,
    ):
        for form in ("wav", "base64", "numbers"):
            hub.form = form
            assert (await heard(tts, "Good day."))[0] == "good day"
        assert hub.asked[0] == {"inputs": "Good day.", "parameters": {"speaker": "f"}}
        assert (await heard(tts, f"  One.{' ' * 150} Two."))[0] == "one two"
        assert [asked["inputs"].strip() for asked in hub.asked[3:]] == ["One.", "Two."]
        hub.form = "numbers"
        hub.troubles.append(Trouble(endless=True))
        with pytest.raises(ProviderError, match="NaN"):
            await heard(tts, "hello")


async def test_an_endpoint_that_sleeps_is_warming_and_passed_over_until_it_wakes(tmp_path: Path) -> None:
    async with running(ENDPOINT_TTS, tmp_path, "/endpoint/tts") as (tts, hub):
        loading = {"error": "Model is currently loading", "estimated_time": 41.0}
        hub.troubles.append(Trouble(503, loading))
        with pytest.raises(ProviderError, match="is warming up, about 41 s more") as error:
            await heard(tts, "hello")
        assert (error.value.kind, error.value.after_s) == (ProviderFault.WARMING, 41.0)
        assert not tts.ready
        assert "warming" in tts.trouble
        hub.troubles.append(Trouble(503, {"error": "503 Service Unavailable"}))
        with pytest.raises(ProviderError, match="is warming up, about 15 s more"):
            await heard(tts, "hello")
        assert (await heard(tts, "hello"))[0] == "hello"
        assert tts.ready
        for trouble, said in (
            (Trouble(400, {"error": "Bad Request: The endpoint is paused"}), "The endpoint is paused"),
            (Trouble(429, {}, {"Retry-After": "17"}), "left alone for 17 s"),
            (Trouble(nonsense_after=0), "no audio"),
            (Trouble(empty=True), "it gave no sound"),
            (Trouble(500, {"error": "CUDA out of memory"}), "CUDA out of memory"),
            (Trouble(cut_after=0), "failed"),
        ):
            hub.troubles.append(trouble)
            with pytest.raises(ProviderError, match=said):
                await heard(tts, "hello")
        await hub.revoke()
        with pytest.raises(ProviderError, match="refuses the key in"):
            await heard(tts, "hello")


async def test_an_endpoint_hears(tmp_path: Path) -> None:
    told_so = {"return_timestamps": "word"}
    async with running(ENDPOINT_STT, tmp_path, "/endpoint/stt", parameters=told_so) as (
        stt,
        hub,
    ):
        result = await Caller(stt).says("book a room")
        assert (result.text, [word.text for word in result.words]) == ("book a room", ["book", "a", "room"])
        assert result.confidence is None
        hub.troubles.append(Trouble(503, {"error": "loading", "estimated_time": 30}))
        assert (await Caller(stt).says("one")).failed
        assert "about 30 s more" in stt.trouble
        hub.troubles.append(Trouble(nonsense_after=0))
        assert (await Caller(stt).says("one")).failed
        assert (await Caller(stt).says("one")).text == "one"
        assert hub.faults == []


async def test_whatever_a_recogniser_behind_an_endpoint_meets_ends_in_one_line(tmp_path: Path) -> None:
    async with running(ENDPOINT_STT, tmp_path, "/endpoint/stt") as (stt, hub):
        assert (await Caller(stt).says("one")).text == "one"
        for trouble, said in (
            (Trouble(429, {}, {"Retry-After": "17"}), "left alone for 17 s"),
            (Trouble(402, {"error": "Payment required"}), "top it up"),
            (Trouble(500, {"error": "CUDA out of memory"}), "failed (500): CUDA out of memory"),
            (Trouble(cut_after=0), "failed"),
        ):
            hub.troubles.append(trouble)
            assert said in str((await Caller(stt).says("one")).error)
        await hub.revoke()
        told = str((await Caller(stt).says("one")).error)
        assert f"refuses the key in {tmp_path / 'token'}; put a valid one there" in told


async def test_an_endpoint_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    async with running(ENDPOINT_STT, tmp_path, "/endpoint/stt", answer_s=0.2) as (stt, hub):
        hub.troubles.append(Trouble(silent=True))
        assert "failed" in str((await Caller(stt).says("one")).error)
    async with running(ENDPOINT_TTS, tmp_path, "/endpoint/tts", answer_s=0.2) as (tts, hub):
        hub.troubles.append(Trouble(silent=True))
        with pytest.raises(ProviderError, match="failed"):
            await heard(tts, "one")


async def test_a_token_that_a_space_takes_no_more_is_told(tmp_path: Path) -> None:
    async with running(SPACE_TTS, tmp_path, function="speak") as (tts, hub):
        assert (await heard(tts, "one"))[0] == "one"
        await hub.revoke()
        with pytest.raises(ProviderError, match="refuses the key in .*; put a valid one there"):
            await heard(tts, "two")


async def test_a_space_speaks_sleeps_and_wakes(tmp_path: Path) -> None:
    inputs = ["{text}", "{language}", 0.5]
    async with running(SPACE_TTS, tmp_path, function="speak", inputs=inputs) as (tts, hub):
        assert (await heard(tts, "Good day.", language="hi"))[0] == "good day"
        assert hub.asked == [{"data": ["Good day.", "hi", 0.5]}]
        hub.stage = "SLEEPING"
        with pytest.raises(ProviderError, match="is warming up, about 15 s more: SLEEPING"):
            await heard(tts, "hello")
        assert not tts.ready
        hub.stage = "PAUSED"
        with pytest.raises(ProviderError, match="the Space acme/buzz-tts is PAUSED: restart it on its page"):
            await heard(tts, "hello")
        hub.stage = "RUNNING"
        assert (await heard(tts, "hello"))[0] == "hello"


async def test_a_space_hears_and_one_without_the_function_says_so(tmp_path: Path) -> None:
    async with running(SPACE_STT, tmp_path, function="hear") as (stt, hub):
        assert (await Caller(stt).says("book a room")).text == "book a room"
        hub.stage = "BUILDING"
        assert (await Caller(stt).says("one")).failed
        assert "warming up, about 15 s more: BUILDING" in stt.trouble
    async with running(SPACE_STT, tmp_path) as (stt, hub):
        assert (await Caller(stt).says("one")).failed
        assert "its function failed" in stt.trouble


@pytest.mark.parametrize(
    ("one", "settings", "said"),
    [
        (ENDPOINT_TTS, {}, "set base_url"),
        (SPACE_TTS, {}, "set space"),
        (SPACE_TTS, {"space": "no slash"}, "space string should match"),
        (SPACE_STT, {"space": "a/b", "functoin": "x"}, "did you mean 'function'?"),
    ],
)
def test_what_is_missing_is_said(one: CloudEngine, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineMissingError, match=said.replace("?", r"\?")):
        one.make(EngineOptions(settings=settings))
    assert not one.check(EngineOptions(settings=settings)).ready


def test_the_token_goes_to_hugging_face_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", KEY)

    def variables(one: CloudEngine, **settings: Any) -> dict[str, str]:
        return one.spec(EngineOptions(settings=settings)).surroundings()

    for space in ({"space": "acme/Buzz_TTS"}, {"base_url": "https://acme-buzz-tts.hf.space"}):
        assert "HF_TOKEN" not in variables(SPACE_TTS, **space)  # a stranger's program
        assert variables(SPACE_TTS, **space, api_key_env="HF_TOKEN")["HF_TOKEN"] == KEY
    assert "HF_TOKEN" not in variables(ENDPOINT_TTS, base_url="https://acme-buzz-tts.hf.space")
    assert variables(ENDPOINT_TTS, base_url="https://x.aws.endpoints.huggingface.cloud")["HF_TOKEN"] == KEY
    assert "HF_TOKEN" not in variables(ENDPOINT_TTS, base_url="https://example.com/huggingface.cloud")
    spec = SPACE_TTS.spec(EngineOptions(settings={"space": "acme/Buzz_TTS"}))
    assert spec.options["url"] == "https://acme-buzz-tts.hf.space"


def test_numbers_that_are_none_are_refused() -> None:
    assert numbers([[0.0, 1.0, -2.0]]) == b"\x00\x00\xff\x7f\x01\x80"
    for audio in ([float("nan")], [float("inf")], [], None, "x", {"a": 1}):
        with pytest.raises(ValueError, match="audio"):
            numbers(audio)
    with pytest.raises(ValueError, match="rate"):
        told(b'{"audio": [0.5], "sampling_rate": 1e9}')
    for rate in (44_101, 22_049, 16_001):  # whose filters would take gigabytes
        with pytest.raises(ValueError, match="rate"):
            told(b'{"audio": [0.5], "sampling_rate": %d}' % rate)
    for rate in (8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000):
        assert told(b'{"audio": [0.5], "sampling_rate": %d}' % rate)[1] == rate
    with pytest.raises(ValueError, match="no audio"):
        told(b"[]")


async def test_an_address_that_sends_us_elsewhere_is_not_followed(tmp_path: Path) -> None:
    async with running(ENDPOINT_TTS, tmp_path, "/endpoint/tts") as (tts, hub):
        hub.troubles.append(Trouble(307, {}, {"Location": f"{hub.url}/endpoint/tts"}))
        with pytest.raises(ProviderError, match="it sends us elsewhere; name that place in base_url"):
            await heard(tts, "hello")
        assert hub.asked == []


def test_an_answer_that_names_a_file_of_ours_does_not_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with wave.open("ours.wav", "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    assert len(decoded(Path("ours.wav").read_bytes())[0]) == 32_000
    with pytest.raises(ValueError, match="audio|other files"):
        decoded(b"ffconcat version 1.0\nfile ours.wav\n")
