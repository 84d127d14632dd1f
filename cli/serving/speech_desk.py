"""The desk of speech over HTTP, by the settings: voices and models of the server, recognisers of its own."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from api.speech_desk import SpeechDesk
from cli.serving.engines import engine_options
from mediaserver.config import Settings
from mediaserver.fetching.protocols import Downloader
from pipelines.audio.workers import AudioWorkers
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.synthesis.speaker import TextSpeaker
from pipelines.transcription.recognisers import FileRecognisers


async def open_speech_desk(
    settings: Settings,
    known: EngineRegistry,
    engines: Engines,
    models: Sequence[str],
    downloader: Downloader | None,
    undo: AsyncExitStack,
) -> SpeechDesk:
    """`engines`: of calls, whose voices and language models it shares; `models`: the usual ones of those.
    Removes what a server that died has left of uploads."""
    workers = settings.speech.recogniser_workers

    def options(kind: Kind, name: str) -> EngineOptions:
        return replace(engine_options(settings, kind, name), workers=workers, background=True)

    recordings = Engines(known, options)
    undo.push_async_callback(recordings.stop)
    audio = AudioWorkers(settings.speech.readers)
    undo.push_async_callback(audio.stop)
    await asyncio.to_thread(shutil.rmtree, settings.uploads, True)
    usual = settings.engines
    speaker = TextSpeaker(engines, usual.tts, usual.voice, usual.language)
    speaker.ready()  # has them started
    return SpeechDesk(
        settings.speech,
        speaker,
        FileRecognisers(recordings, usual.stt, usual.language, workers),
        audio,
        engines,
        tuple(models),
        settings.uploads,
        downloader,
    )
