"""An engine of this machine as one that media servers on others may use: started, and what is told of it."""

from __future__ import annotations

from typing import Any

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions, EngineRegistry, unknown
from pipelines.engines.remote.openings import listening_fault, speaking_fault
from pipelines.workers.hosting.hosted import Hosted

PROTOCOL = 1
"""Counts changes after which an older media server could not use a host."""
SERVED = (Kind.STT, Kind.TTS)


def kind_of(name: str, known: EngineRegistry) -> tuple[Kind, str]:
    """The kind and the name in `NAME` or `KIND/NAME`. Raises EngineMissingError."""
    said, slash, rest = name.partition("/")
    if slash and said in {kind.value for kind in SERVED}:
        known.find(Kind(said), rest)
        return Kind(said), rest
    kinds = [kind for kind in SERVED if _has(known, kind, name)]
    if not kinds:
        names = {entry.manifest.name for kind in SERVED for entry in known.of(kind)}
        raise EngineMissingError(unknown(name, names))
    if len(kinds) > 1:
        raise EngineMissingError(f"{name} is a recogniser and a voice: say stt/{name} or tts/{name}")
    return kinds[0], name


def made(kind: Kind, name: str, known: EngineRegistry, options: EngineOptions) -> WorkerEngine:
    """An engine whose workers can be served, not yet started. Raises EngineError. Takes its time."""
    engine: Any = known.make(Kind.STT if kind is Kind.STT else Kind.TTS, name, options)
    if not isinstance(engine, WorkerEngine):
        raise EngineError(f"{name} cannot be served: its work is not done by workers of this machine")
    return engine


def hosted(kind: Kind, name: str, engine: WorkerEngine) -> Hosted:
    """One that has started."""
    return Hosted(
        kind.value,
        name,
        engine.pool,
        facts_of(kind, name, engine),
        listens=kind is Kind.STT,
        fault_of=speaking_fault if kind is Kind.TTS else listening_fault,
    )


def facts_of(kind: Kind, name: str, engine: WorkerEngine) -> dict[str, Any]:
    """What a media server needs to know before its first request."""
    at_once = engine.pool.spec.at_once
    return {
        "protocol": PROTOCOL,
        "kind": kind.value,
        "engine": name,
        "at_once": None if at_once is None else at_once * len(engine.pool.workers),
        "manifest": _told(engine.manifest),
    }


def _has(known: EngineRegistry, kind: Kind, name: str) -> bool:
    try:
        known.find(kind, name)
    except EngineMissingError:
        return False
    return True


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "summary": manifest.summary,
        "languages": list(manifest.languages),
        "licence": manifest.licence,
        "final_within_s": manifest.final_within_s,
        "partials_tell": manifest.partials_tell,
        "spots": manifest.spots,
        "detects": manifest.detects,
        "phonemes": manifest.phonemes,
        "pitch": manifest.pitch,
    }
