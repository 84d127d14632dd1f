"""`voiceforge engines test`: one sentence through an engine, as the server would start it, with the times."""

from __future__ import annotations

import argparse
import asyncio
import logging
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.engines.naming import NamedEngine, add_name, named
from cli.terminal import print_json, progress_line
from mediaserver.errors import EngineError, EngineMissingError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from pipelines.engines.registry import EngineRegistry

LIMIT_S = 300.0
"""For all of it; the first load of a large model takes minutes."""


def add_actions(actions: Any) -> None:
    parser = actions.add_parser(
        "test",
        help="speak, transcribe or answer one sentence, and show the times",
        description="Starts an engine as the server would, and lets it work once: a voice speaks,"
        " a recogniser hears a recording (or what the embedded voice says), a language model answers.",
    )
    add_name(parser)
    parser.add_argument("--text", help="what is spoken, said to a recogniser, or asked of a model")
    parser.add_argument("--wav", type=Path, metavar="FILE", help="what a recogniser hears: a 16-bit WAV file")
    parser.add_argument("--voice", default="", help="of the engine's own (default: by the language)")
    parser.add_argument("--language", default="en", help="BCP 47 (default: en)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep what is spoken as a WAV file")


def run(settings: Settings, args: argparse.Namespace) -> int:
    """Raises EngineError."""
    from pipelines.engines.builtin import registry

    known = registry()
    engines = named(settings, known, args.name)
    if len(engines) > 1:
        names = ", ".join(f"{each.entry.manifest.kind}/{each.name}" for each in engines)
        raise EngineMissingError(f"several engines are named {args.name}: say which of {names}")
    (engine,) = engines
    _look_closely(settings, engine)
    logging.disable(logging.ERROR)  # a fault is one line: the error's own
    try:
        tried = asyncio.run(_tried(settings, known, engine, args))
    finally:
        logging.disable(logging.NOTSET)
    if args.json:
        print_json({"engine": engine.name, "kind": engine.entry.manifest.kind.value, **tried})
    else:
        _show(engine.name, tried)
    return 0


def _look_closely(settings: Settings, engine: NamedEngine) -> None:
    """A file that is gone says more here than in the words of whatever library misses it."""
    from pipelines.environments.wholeness import missing_file

    readiness = engine.entry.readiness(engine.options)
    if not readiness.ready:
        raise EngineMissingError(f"the engine {engine.name} lacks {readiness.lacks}")
    if engine.recipe.lock and (why := missing_file(settings.engines_home, engine.recipe.lock)):
        mend = f"run `voiceforge engines install {engine.name}`"
        raise EngineMissingError(f"the engine {engine.name} lacks a whole environment ({why}): {mend}")


async def _tried(
    settings: Settings, known: EngineRegistry, engine: NamedEngine, args: argparse.Namespace
) -> dict[str, Any]:
    from cli.engines import trying
    from cli.serving.engine_options import engine_options
    from pipelines.engines.builtin import TTS
    from pipelines.engines.protocols import Kind

    def make(kind: Kind, name: str) -> Callable[[], Any]:
        any_make: Any = known.make
        return lambda: any_make(kind, name, engine_options(settings, kind, name))

    kind = engine.entry.manifest.kind
    mine, text, language = make(kind, engine.name), args.text or trying.SENTENCE, args.language
    work: Awaitable[dict[str, Any]]
    with progress_line() as line:
        line(f"starting {engine.name}")
        match kind:
            case Kind.TTS:
                work = trying.spoken(mine, text, args.voice, language)
            case Kind.STT:
                if args.wav is not None:
                    heard = await asyncio.to_thread(trying.recorded, args.wav)
                else:
                    heard = (await trying.spoken(make(Kind.TTS, TTS), text, "", language))["samples"]
                work = trying.transcribed(mine, heard, language, "" if args.wav is not None else text)
            case Kind.LLM:
                work = trying.answered(mine, args.text or trying.QUESTION)
            case Kind.EMBEDDING:
                work = trying.embedded(mine, text)
            case Kind.VAD | Kind.TURN:
                work = trying.started(mine)
        try:
            tried = await asyncio.wait_for(work, LIMIT_S)
        except TimeoutError:
            raise EngineError(f"{engine.name} was not done within {LIMIT_S:.0f} s") from None
    samples = tried.pop("samples", None)
    if args.out is not None and samples is not None:
        _write(args.out, samples.astype("<i2").tobytes())
        tried["out"] = str(args.out)
    return tried


def _write(path: Path, data: bytes) -> None:
    from mediaserver.media.time import SAMPLE_RATE

    try:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(data)
    except OSError as error:
        raise EngineError(f"{path} cannot be written ({error.strerror})") from None


def _show(name: str, tried: dict[str, Any]) -> None:
    words = {
        "start_ms": "ready after {:,.0f} ms",
        "first_audio_ms": "first audio after {:,.0f} ms",
        "real_time_factor": "real-time factor {:.3f}",
        "audio_s": "{:.2f} s of audio",
        "first_partial_ms": "first words {:,.0f} ms after the beginning",
        "final_ms": "final {:,.0f} ms after the end",
        "first_token_ms": "first token after {:,.0f} ms",
        "total_ms": "done after {:,.0f} ms",
    }
    told = [text.format(tried[key]) for key, text in words.items() if tried.get(key) is not None]
    print(f"{name}: {', '.join(told)}")
    if "text" in tried:
        print(f"it said: {tried['text']}" if tried["text"] else "it understood nothing")
    if "word_errors" in tried:
        print(f"{tried['word_errors']} of {tried['words']} words are wrong")
    if "out" in tried:
        print(f"kept in {tried['out']}")
