"""What the doctor finds of engines: those of the settings, and those that rows of agents name.

A language model's server is asked for its models, never for a word.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediaserver.calls.routes import AgentSpec
    from mediaserver.config import Settings
    from mediaserver.diagnosis.finding import Finding

LOAD_LIMIT_S = 60.0
SET_UP_AGAIN = "set up again with `make clean doctor`; if it stays, report it with this line"


def row_engines(agents: Iterable[AgentSpec], settings: Settings) -> list[Finding]:
    """Each engine that a row names and that cannot be had. Looks for files, keys and devices only."""
    from cli.serving.engine_options import engine_options
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.errors import EngineMissingError
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    known, named = registry(), defaultdict[tuple[Kind, str], list[str]](list)
    for agent in agents:
        llm = () if agent.kind == "realtime" else agent.llm  # its models are no engines
        for kind, names in ((Kind.STT, agent.stt), (Kind.TTS, agent.tts), (Kind.LLM, llm)):
            for name in names:
                named[kind, name].append(agent.name)
    findings = []
    for (kind, name), rows in named.items():
        try:
            known.check(kind, name, engine_options(settings, kind, name))
        except EngineMissingError as error:
            mend = f"do as it says, or name another in the rows of {', '.join(rows)}"
            findings.append(Finding(f"engine {name}", False, str(error), mend, required=False))
    return findings


def row_speech_models(agents: Iterable[AgentSpec], settings: Settings) -> list[Finding]:
    """Each row of kind "realtime" for which no model that hears and speaks is set up."""
    from mediaserver.diagnosis.finding import Finding
    from pipelines.speech_to_speech.endpoint import speech_models

    known = speech_models(settings.engines.speech_to_speech)
    mend = "set OPENAI_API_KEY, or name one of [engines.speech_to_speech] by --llm (docs/speech-to-speech.md)"
    return [
        Finding(
            f"agent {agent.name}",
            False,
            f"there is no speech-to-speech model {' or '.join(agent.llm)}".rstrip(),
            mend,
            required=False,
        )
        for agent in agents
        if agent.kind == "realtime" and not any(name in known for name in agent.llm or known)
    ]


def row_tongues(agents: Iterable[AgentSpec], settings: Settings) -> list[Finding]:
    """Languages in which a row's calls may go on by what it says, and for which it has no engine."""
    from cli.serving.engine_options import engine_options
    from cli.serving.row_languages import row_languages, unspoken
    from mediaserver.diagnosis.finding import Finding
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    knows = partial(registry().knows, options=partial(engine_options, settings))
    usual, findings = settings.engines, list[Finding]()
    for agent in agents:
        lists = ((Kind.STT, agent.stt or usual.stt), (Kind.TTS, agent.tts or usual.tts))
        findings += unspoken(agent, row_languages(agent, usual.language)[1:], lists, knows)
    return findings


async def row_models(agents: Iterable[AgentSpec], settings: Settings) -> list[Finding]:
    """Each language model that only rows name (`openai:gpt-6-sol`) and whose server does not know it, or is
    not there. Those without a key are `row_engines`'s, those of the settings `models`'s."""
    from cli.serving.engine_options import engine_options
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    known, asked, rows = registry(), models_of_settings(settings), defaultdict[str, list[str]](list)
    for agent in agents:
        for name in agent.llm if agent.kind != "realtime" else ():
            entry = known.find(Kind.LLM, name)
            if name not in asked and entry.readiness(engine_options(settings, Kind.LLM, name)).ready:
                rows[name].append(agent.name)
    findings = [
        replace(
            await timed(
                f"engine {name}",
                partial(load_llm, settings, name),
                f"do as it says, or name another in the rows of {', '.join(of)}",
            ),
            required=False,
        )
        for name, of in rows.items()
    ]
    return [finding for finding in findings if not finding.ok]


async def preferred(names: Iterable[str], load: Callable[[str], Awaitable[str]]) -> list[Finding]:
    """Each engine of a list of the settings; one that works is enough."""
    mend = "do as it says, or name another in the settings' engines"
    findings = [await timed(f"engine {name}", partial(load, name), mend) for name in names]
    return [replace(each, required=not any(f.ok for f in findings)) for each in findings]


async def models(settings: Settings) -> list[Finding]:
    """Each language model that agents may think with by the settings: whether its server is there, takes the
    key and knows the model. No token is spent; the server works without."""
    mend = "do as it says, or take it out of the settings' engines"
    return [
        replace(await timed(f"engine {name}", partial(load_llm, settings, name), mend), required=False)
        for name in models_of_settings(settings)
    ]


def models_of_settings(settings: Settings) -> list[str]:
    """Those that agents think with unless their rows name others, and endpoints with a table of their own."""
    from cli.serving.engines import default_llms
    from pipelines.engines.builtin import LLMS, registry

    tables = [name for name in settings.engines.options if name in LLMS or name.partition(":")[0] in LLMS]
    return list(dict.fromkeys((*default_llms(settings, registry()), *tables)))


async def load_llm(settings: Settings, name: str) -> str:
    """Ask a language model's server which models it has."""
    from cli.serving.engine_options import engine_options
    from mediaserver.errors import EngineError
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    options = engine_options(settings, Kind.LLM, name)
    llm = await asyncio.to_thread(registry().make, Kind.LLM, name, options)
    try:
        await llm.start()
    finally:
        await llm.stop()
    if doubt := getattr(llm, "doubt", ""):
        raise EngineError(doubt)
    return llm.manifest.name


async def speech_models_there(settings: Settings) -> list[Finding]:
    """Each model that hears and speaks by itself: whether it takes a session. The server works without."""
    from cli.speech_model_check import session_there
    from pipelines.speech_to_speech.endpoint import speech_models

    mend = "do as it says, or take it out of engines.speech_to_speech; other agents work without it"
    return [
        replace(
            await timed(f"speech to speech {name}", partial(session_there, name, given), mend), required=False
        )
        for name, given in speech_models(settings.engines.speech_to_speech).items()
    ]


async def embedder(settings: Settings) -> list[Finding]:
    """The model for embeddings, asked for one: it costs a token. The server works without."""
    from cli.knowledge_embedding import try_embedder

    if not (name := settings.engines.embedding):
        return []
    mend = "do as it says, or take it out of engines.embedding; until then documents are found by words"
    return [replace(await timed(f"engine {name}", partial(try_embedder, settings), mend), required=False)]


async def load_vad() -> str:
    import numpy as np

    from mediaserver.media.time import FRAME_SAMPLES
    from pipelines.engines.builtin import VAD, registry
    from pipelines.engines.protocols import Kind

    vad = await asyncio.to_thread(registry().make, Kind.VAD, VAD)
    slot = vad.open()
    for _ in range(2):  # the second frame completes a chunk
        rows, scores = vad.process([slot], np.zeros((1, FRAME_SAMPLES), np.int16))
    vad.close(slot)
    return VAD


async def load_stt(settings: Settings, name: str) -> str:
    """Start a recogniser's worker and let it hear a moment of silence."""
    import numpy as np

    from cli.serving.engine_options import engine_options
    from mediaserver.media.time import FRAME_SAMPLES
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind, SttResult

    stt = registry().make(Kind.STT, name, engine_options(settings, Kind.STT, name))
    await stt.start()
    try:
        final: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_result(result: SttResult) -> None:
            if result.final and not final.done():
                final.set_result(None)

        session = stt.session(on_result)
        session.begin(1)
        for _ in range(25):
            session.feed(np.zeros(FRAME_SAMPLES, np.int16))
        session.flush(1)
        await final
        session.close()
    finally:
        await stt.stop()
    return stt.manifest.name


async def load_tts(settings: Settings, name: str) -> str:
    """Start a voice's worker and let it say a word."""
    from cli.serving.engine_options import engine_options
    from mediaserver.errors import EngineError
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    tts = registry().make(Kind.TTS, name, engine_options(settings, Kind.TTS, name))
    await tts.start()
    try:
        samples = sum([len(chunk.samples) async for chunk in tts.speak("ready")])
    finally:
        await tts.stop()
    if samples == 0:
        raise EngineError(f"{tts.manifest.name} gave no audio; run `make clean` and set up again")
    return tts.manifest.name


async def timed(check: str, load: Callable[[], Awaitable[str]], mend: str = SET_UP_AGAIN) -> Finding:
    """Run one loader: how long it took, or the one line that says why it failed."""
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.errors import VoiceForgeError

    started = time.perf_counter()
    try:
        async with asyncio.timeout(LOAD_LIMIT_S):
            what = await load()
    except TimeoutError:
        return Finding(check, False, f"not ready after {LOAD_LIMIT_S:.0f} s", mend)
    except VoiceForgeError as error:
        return Finding(check, False, " ".join(str(error).split()), mend)
    except Exception as error:  # whatever an engine's library raises is a finding here, not a crash
        detail = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return Finding(check, False, detail, mend)
    return Finding(check, True, f"{what}, ready in {(time.perf_counter() - started) * 1e3:.0f} ms")
