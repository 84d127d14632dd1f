"""A recogniser and a voice of another package, served to this machine over WebSockets on loopback."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from aiohttp import ClientSession, web

from mediaserver.errors import EngineError
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.protocols import Kind, Manifest, SttResult
from pipelines.engines.registry import EngineOptions
from pipelines.engines.remote import offer
from pipelines.engines.remote.engine import make_stt, make_tts
from pipelines.engines.remote.openings import listening_fault, speaking_fault
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.hosting.door import Door
from pipelines.workers.hosting.key_check import KeyCheck
from pipelines.workers.protocol import Msg, pack_json
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import STRIKES
from sip.transport.certificates import SelfMade
from tests.pipelines.workers.remote.host import KEY, TestHost, Wire, serving, until
from tests.plugins.acme_speech.buzz import say
from tests.plugins.acme_speech.engines import make_ear, make_voice
from tests.plugins.test_acme import Call, nothing, text_of

TEXT = "one for all and all for one"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINES_KEY", KEY)


@asynccontextmanager
async def served(kind: Kind) -> AsyncIterator[TestHost]:
    engine: WorkerEngine = (make_ear if kind is Kind.STT else make_voice)(EngineOptions())
    await engine.start()
    try:
        async with serving(offer.hosted(kind, engine.manifest.name, engine)) as host:
            yield host
    finally:
        await engine.stop()


def told(*ports: int, **settings: object) -> EngineOptions:
    urls = [f"ws://127.0.0.1:{port}" for port in ports]
    return EngineOptions(settings={"urls": urls, **settings}, name="remote:far")


async def test_a_caller_is_heard_by_a_recogniser_elsewhere() -> None:
    async with served(Kind.STT) as host:
        stt = make_stt(told(host.port, model="acme-ear"))
        before = stt.manifest
        await stt.start()
        try:
            told_now = stt.manifest
            assert (before.languages, before.detects) == (("*",), False)
            assert (told_now.languages, told_now.detects) == (("en", "es"), True)
            call = Call(stt)
            final = await call.say("room for two", nothing)
            assert final.text == "room for two" and len(call.results) > 1
            assert stt.load == 0 and stt.manifest.name == "remote:far"
        finally:
            await stt.stop()


async def test_a_text_is_spoken_by_a_voice_elsewhere() -> None:
    async with served(Kind.TTS) as host:
        tts = make_tts(told(host.port, model="acme-voice"))
        await tts.start()
        try:
            audio = [chunk.samples async for chunk in tts.speak(TEXT)]
            assert text_of(np.concatenate(audio)) == TEXT
            speech = tts.speak(TEXT)
            assert len((await anext(speech)).samples)
            await speech.aclose()
            await until(lambda: host.hosted.pool.load == 0)
        finally:
            await tts.stop()


async def test_a_voice_makes_no_more_than_is_listened_to() -> None:
    async with served(Kind.TTS) as host:
        tts = make_tts(told(host.port, model="acme-voice"))
        await tts.start()
        try:
            speech = tts.speak(" ".join([TEXT] * 30))
            await anext(speech)
            (bridge,) = [each for each in host.hosted.bridges if each.busy]
            await until(lambda: bridge.spoken >= 16_000)
            async for _ in tts.speak("another text, said by the same worker in the meantime"):
                pass
            assert bridge.spoken < 2 * 16_000
            await speech.aclose()
        finally:
            await tts.stop()


async def test_a_host_that_is_cut_off_in_mid_utterance_costs_the_caller_nothing() -> None:
    async with AsyncExitStack() as up:
        one, other = [await up.enter_async_context(served(Kind.STT)) for _ in range(2)]
        wire = await up.enter_async_context(Wire(one.port))
        stt = make_stt(told(wire.port, other.port, model="acme-ear"))
        await stt.start()
        up.push_async_callback(stt.stop)

        await until(lambda: all(worker.ready for worker in stt.pool.workers))

        async def cut() -> None:
            assert one.hosted.at_work and not other.hosted.at_work
            wire.cut()

        final = await Call(stt).say("room for two", cut)
        assert final.text == "room for two"


async def test_fifty_callers_lose_nothing_when_a_host_is_cut_off_while_all_speak() -> None:
    async with AsyncExitStack() as up:
        one, other = [await up.enter_async_context(served(Kind.STT)) for _ in range(2)]
        wire = await up.enter_async_context(Wire(one.port))
        stt = make_stt(told(wire.port, other.port, model="acme-ear", spare=8))
        await stt.start()
        up.push_async_callback(stt.stop)
        await until(lambda: all(worker.ready for worker in stt.pool.workers))
        audio = say("room for two")
        frames = audio[: len(audio) // 320 * 320].reshape(-1, 320)
        finals: list[SttResult] = []

        def heard(result: SttResult) -> None:
            if result.final:
                finals.append(result)

        sessions = [stt.session(heard) for _ in range(50)]
        for session in sessions:
            session.begin(1)
            for frame in frames[:30]:
                session.feed(frame)
        await until(lambda: one.hosted.at_work == other.hosted.at_work == 25)
        wire.cut()
        for session in sessions:
            for frame in frames[30:]:
                session.feed(frame)
            session.flush(2)
        await until(lambda: len(finals) == 50)
        assert {final.text for final in finals} == {"room for two"}
        for session in sessions:
            session.close()


async def test_what_a_voice_can_make_nothing_of_reaches_no_worker(caplog: pytest.LogCaptureFixture) -> None:
    """Its faults would count as the worker's own, and five of them start it again."""
    spec = WorkerSpec("cloud", "tests.pipelines.workers.waiting_worker")
    engine = WorkerTts(Manifest("cloud", Kind.TTS, "", ("en",), ""), spec)
    await engine.start()
    try:
        async with serving(offer.hosted(Kind.TTS, "cloud", engine)) as host, ClientSession() as http:
            for _ in range(STRIKES):
                socket = await http.ws_connect(host.url, headers={"Authorization": f"Bearer {KEY}"})
                await socket.receive()
                await socket.send_bytes(pack_json(Msg.OPEN, 1, do="break"))
                frame = await socket.receive()
                assert (frame.data, frame.extra) == (1008, "what opens a request lacks text")
                await socket.close()
            assert host.hosted.pool.restarts == 0 and host.hosted.counts["request"] == 0
    finally:
        await engine.stop()


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"text": "a", "voice": "", "language": "en", "rate": "fast"}, "has rate, which should be a valid"),
        ({"text": "a", "voice": "", "language": "en", "rate": float("nan")}, "has rate, which should be"),
        ({"text": "a" * 5_000, "voice": "", "language": "en", "rate": 1}, "has text, which should have at"),
        ({"text": ["a"], "voice": "", "language": "en", "rate": 1}, "has text, which should be a valid str"),
        (
            {"text": "a", "voice": "", "language": "en", "rate": 1, "pitch": float("nan")},
            "has pitch, which should be a finite number",
        ),
        (
            {"text": "a", "voice": "", "language": "en", "rate": 1, "phonemes": [1]},
            "has phonemes, which should be a valid string",
        ),
        ({"text": "a", "voice": "", "language": "en", "rate": 1, "pitch": 1.2, "phonemes": "a"}, ""),
        ({"text": "a", "voice": "", "language": "en", "rate": 1, "of_tomorrow": True}, ""),
    ],
)
def test_what_opens_a_request_of_a_voice(fields: dict[str, object], fault: str) -> None:
    told = speaking_fault(fields)
    assert told.startswith(fault) and bool(told) == bool(fault)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"language": "en", "grammar": [1]}, "has grammar, which should be"),
        ({"language": "en", "grammar": {"name": "a"}}, "lacks grammar.jsgf"),
        ({"language": "en", "among": "de"}, "has among, which should be a valid list"),
        ({"language": "en", "noise_db": "loud"}, "has noise_db, which should be a valid number"),
        ({}, "lacks language"),
        ({"language": "en", "grammar": None, "among": ["de"], "noise_db": -60}, ""),
    ],
)
def test_what_opens_a_request_of_a_recogniser(fields: dict[str, object], fault: str) -> None:
    told = listening_fault(fields)
    assert told.startswith(fault) and bool(told) == bool(fault)


async def test_lines_are_protected_by_certificates_of_an_authority_that_is_named(tmp_path: Path) -> None:
    files = SelfMade(tmp_path / "tls", ("127.0.0.1",))
    files.ensure(datetime.datetime.now(datetime.UTC))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files.certificate, files.key)
    engine = make_voice(EngineOptions())
    await engine.start()
    runner = web.AppRunner(Door([offer.hosted(Kind.TTS, "acme-voice", engine)], KeyCheck(KEY)).app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    settings = {"urls": f"wss://127.0.0.1:{runner.addresses[0][1]}", "connect_s": 5}
    try:
        known = {**settings, "ca_file": str(files.authority)}
        trusted = make_tts(EngineOptions(settings=known, name="remote:acme-voice"))
        await trusted.start()
        audio = [chunk.samples async for chunk in trusted.speak(TEXT)]
        assert text_of(np.concatenate(audio)) == TEXT
        await trusted.stop()
        with pytest.raises(EngineError, match="cannot be reached"):
            await make_tts(EngineOptions(settings=settings, name="remote:acme-voice")).start()
    finally:
        await runner.cleanup()
        await engine.stop()
