"""Voices of the catalogue in rows of agents: what speaks them in calls, and in which language."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from cli.makers import fault, makers
from cli.serving.own_code import OwnCode
from cli.serving.speech import Speech
from mediaserver.calls.routes import AgentSpec, Resolution, RouteTable
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.protocols import Kind, Manifest, Readiness, Tts, TtsChunk
from pipelines.engines.registry import EngineEntry
from pipelines.engines.running import Engines
from pipelines.engines.tts.espeak.engine import MANIFEST, EspeakTts
from pipelines.voices.catalogue import catalogue
from tests.fakes import FakeStt, FakeTts
from tests.mediaserver.calls.bench import Bench
from tests.mediaserver.calls.lines import Line
from tests.mediaserver.calls.rows import agent, route
from tests.speech import shelf

INDIC = Manifest("indic-parler-tts", Kind.TTS, "a test's", ("hi", "sa", "en"), "none")


class Overheard(EspeakTts):
    """The real one; keeps what it was told, and each text's audio."""

    def __init__(self) -> None:
        super().__init__(workers=1)
        self.told: list[tuple[str, str]] = []
        self.texts: dict[str, npt.NDArray[np.int16]] = {}
        self.over = asyncio.Event()

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.told.append((voice, language))
        samples = list[npt.NDArray[np.int16]]()
        async for chunk in super().speak(text, voice=voice, language=language, rate=rate):
            samples.append(chunk.samples)
            yield chunk
        self.texts[text] = np.concatenate(samples)
        self.over.set()


class Server:
    """One whose settings name espeak-ng, and a row of one agent."""

    def __init__(self, folder: Path, espeak: Tts, **more: Tts) -> None:
        known = shelf({"one": FakeStt()}, {})
        known.add(EngineEntry(MANIFEST, lambda: Readiness(True), lambda _: espeak))
        for name, tts in more.items():
            manifest = replace(INDIC, name=name.replace("_", "-"))
            known.add(EngineEntry(manifest, lambda: Readiness(True), lambda _, tts=tts: tts))  # type: ignore[misc]
        self.engines = Engines(known)
        settings = EnginesSettings(stt=("one",), tts=("espeak-ng",), language="en-us")
        self.speech = Speech(self.engines, settings, lambda: None)
        self.bench = Bench(folder, self)
        self.bench.makers.update(makers(self.speech, OwnCode()))
        self.table = RouteTable()

    def resolve(self, dialled: str, now: Any) -> Resolution:
        return self.table.resolve(dialled, now)

    def agent(self, name: str) -> AgentSpec | None:
        return self.table.agent(name)

    async def row(self, **row: Any) -> AgentSpec:
        rows = [agent("demo", **({"kind": "flow", "flow": "booking"} | row))]
        self.table = RouteTable(rows, [route("demo", "demo")], (), fault)
        self.speech.follow(self.table.agents.values())
        await self.engines.settle()
        return self.table.agents["demo"]

    def wrong(self) -> list[str]:
        return [f.detail for f in self.speech.findings() if not f.ok and f.name == "agent demo"]

    async def close(self) -> None:
        await self.bench.board.close()
        await self.bench.recorder.close()
        await self.engines.stop()


@pytest.fixture
async def espeak() -> AsyncIterator[Overheard]:
    engine = Overheard()
    yield engine
    await engine.stop()


async def greeting(server: Server, espeak: Overheard, caller: str, **row: Any) -> npt.NDArray[np.int16]:
    """What a caller hears first."""
    await server.row(**row)
    espeak.texts.clear()
    espeak.over.clear()
    line = Line(caller, 0)
    await server.bench.dial(line, "demo")
    await server.bench.ticks(1)
    await asyncio.wait_for(espeak.over.wait(), 20)
    line.leave()
    await server.bench.settle()
    return espeak.texts["Hello, this is the room desk."]


def colour(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    blocks = samples[: len(samples) // 400 * 400].reshape(-1, 400)
    spectrum = np.log(np.abs(np.fft.rfft(blocks * np.hanning(400), axis=1)).mean(axis=0) + 10)
    return np.asarray(spectrum - spectrum.mean())


async def test_two_voices_of_one_language_sound_different_in_calls(tmp_path: Path, espeak: Overheard) -> None:
    server = Server(tmp_path, espeak)
    grace = await greeting(server, espeak, "ann", voice="en-us-grace")
    again = await greeting(server, espeak, "bob", voice="en-us-grace")
    mason = await greeting(server, espeak, "carl", voice="en-us-mason")
    assert {*espeak.told} == {("+f2", "en-us"), ("+m1", "en-us")}
    same = float(np.abs(colour(grace) - colour(again)).mean())
    other = float(np.abs(colour(grace) - colour(mason)).mean())
    assert other > 3 * same and other > 0.2, (same, other)
    await server.close()


async def test_a_voice_brings_its_language_unless_the_row_has_one_or_is_a_flow(tmp_path: Path) -> None:
    server = Server(tmp_path, FakeTts())
    python = {"kind": "python", "flow": "", "entry": "examples.hours:OpeningHours"}
    for row, language in (
        (python | {"voice": "en-gb-oliver"}, "en-GB"),
        (python | {"voice": "en-gb-oliver", "language": "en-us"}, "en-us"),
        (python | {"voice": "en-us+f3"}, "en-us"),
        ({"voice": "en-gb-oliver"}, "en-us"),
    ):
        equipment = server.speech.begin(await server.row(**row))
        assert (equipment.language, equipment.voice) == (language, row["voice"]), row
    await server.close()


async def test_who_speaks_instead_of_whom_is_told_before_anybody_calls(tmp_path: Path) -> None:
    usual = FakeTts()
    usual.manifest = MANIFEST
    server = Server(tmp_path, usual)
    python = {"kind": "python", "flow": "", "entry": "examples.hours:OpeningHours", "stt": ["one"]}
    await server.row(**python, voice="hi-divya", language="en")
    assert server.wrong() == [
        "espeak-ng speaks its voice hi-divya: it was made for indic-parler-tts, but it is not ready"
    ]
    await server.row(**python, voice="en-us+f3", language="en")
    assert server.wrong() == []
    await server.row(**python, voice="sa-aryan")
    assert "no engine for tts speaks sa-IN, espeak-ng is used all the same" in server.wrong()
    await server.close()


async def test_the_engine_that_a_voice_was_made_for_is_started_where_there_is_one(tmp_path: Path) -> None:
    usual, indic = FakeTts(), FakeTts()
    usual.manifest, indic.manifest = MANIFEST, INDIC
    server = Server(tmp_path, usual, indic_parler_tts=indic)
    divya = await server.row(voice="hi-divya")
    await server.bench.dial(Line("ann", 6000), "demo")
    await server.bench.ticks(10)
    assert indic.spoken and not usual.spoken
    assert set(indic.voices) == {catalogue().voice("hi-divya").description}
    assert server.wrong() == []
    named = await server.row(voice="hi-divya", tts=["espeak-ng"])
    assert (divya.tts, named.tts) == ((), ("espeak-ng",))
    assert server.wrong() == [
        "espeak-ng speaks its voice hi-divya: it was made for indic-parler-tts, but that is not among its "
        "row's engines for tts"
    ]
    await server.close()
