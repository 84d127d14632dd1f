"""The desk of speech over HTTP, by the settings: voices and models of the server, recognisers of its own."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial

from api.speech_desk import SpeechDesk
from cli.serving.engine_options import engine_options
from mediaserver.config import Settings
from mediaserver.fetching.protocols import Downloader
from pipelines.audio.workers import AudioWorkers
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.previews.desk import VoiceDesk
from pipelines.synthesis.speaker import TextSpeaker
from pipelines.transcription.recognisers import FileRecognisers


async def open_speech_desk(
    settings: Settings,
    known: EngineRegistry,
    engines: Engines,
    models: Sequence[str],
    able: VoiceDesk,
    downloader: Downloader,
    for_keys: Downloader,
    undo: AsyncExitStack,
) -> SpeechDesk:
    """`engines`: of calls, whose language models it shares, and whose voices but for those that can be had
    twice; `models`: the usual ones; `able`: knows which engines can speak. Removes what a server that died
    has left of uploads."""
    workers = settings.speech.recogniser_workers

    def options(kind: Kind, name: str) -> EngineOptions:
        told = replace(engine_options(settings, kind, name), background=True)
        return replace(told, workers=workers) if "workers" in known.find(kind, name).limits else told

    recordings = Engines(known, options, engines.resources)
    own = Engines(known, partial(engine_options, settings), engines.resources)
    undo.push_async_callback(recordings.stop)
    undo.push_async_callback(own.stop)

    def apart(kind: Kind, name: str, theirs: Engines) -> Engines:
        """Where an engine is cheap to have twice, one that no call uses; a large model is shared, and calls
        come first."""
        entry = known.entries.get((kind, name))
        return theirs if entry is not None and not entry.manifest.needs else engines

    audio = AudioWorkers(settings.speech.readers)
    undo.push_async_callback(audio.stop)
    await asyncio.to_thread(shutil.rmtree, settings.uploads, True)
    usual = settings.engines

    async def ready() -> Sequence[Manifest]:
        return (await able.engines()).ready

    speaker = TextSpeaker(lambda name: apart(Kind.TTS, name, own), ready, usual.voice, usual.language)
    return SpeechDesk(
        settings.speech,
        speaker,
        FileRecognisers(
            recordings,
            usual.stt,
            usual.language,
            workers,
            lambda name: apart(Kind.STT, name, recordings),
        ),
        audio,
        engines,
        tuple(models),
        settings.uploads,
        downloader,
        for_keys,
    )
