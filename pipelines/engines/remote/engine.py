"""Recognisers and voices whose workers run on other machines (`voiceforge engines serve`, Ray Serve).

The host tells at the start what its engine can; until then this one claims every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mediaserver.errors import EngineMissingError
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.engines.remote.options import hosts
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.in_worker import WorkerTts

if TYPE_CHECKING:
    from pipelines.workers.remote.remote_pool import RemotePool

STT = Manifest(
    "remote", Kind.STT, "a recogniser that other machines serve", ("*",), "as served", needs=("key",)
)
TTS = Manifest("remote", Kind.TTS, "a voice that other machines serve", ("*",), "as served", needs=("key",))


class RemoteStt(WorkerStt):
    """See pipelines.engines.protocols.Stt."""

    def __init__(self, name: str, pool: RemotePool) -> None:
        super().__init__(replace(STT, name=name), pool.spec, pool=pool)
        self._remote = pool

    async def start(self) -> None:
        """Returns when a host is there. Raises EngineError."""
        await super().start()
        self._manifest = as_told(self._manifest, self._remote.facts)


class RemoteTts(WorkerTts):
    """See pipelines.engines.protocols.Tts."""

    def __init__(self, name: str, pool: RemotePool) -> None:
        super().__init__(replace(TTS, name=name), pool.spec, pool=pool)
        self._remote = pool

    async def start(self) -> None:
        """Returns when a host is there. Raises EngineError."""
        await super().start()
        self._manifest = as_told(self._manifest, self._remote.facts)


def check_stt(options: EngineOptions) -> Readiness:
    return _readiness(Kind.STT, options)


def check_tts(options: EngineOptions) -> Readiness:
    return _readiness(Kind.TTS, options)


def make_stt(options: EngineOptions) -> RemoteStt:
    """Raises EngineMissingError."""
    return RemoteStt(options.name or STT.name, _pool(Kind.STT, options))


def make_tts(options: EngineOptions) -> RemoteTts:
    """Raises EngineMissingError."""
    return RemoteTts(options.name or TTS.name, _pool(Kind.TTS, options))


def as_told(manifest: Manifest, facts: Mapping[str, Any]) -> Manifest:
    """What a host tells of its engine, as far as it makes sense."""
    told = facts.get("manifest")
    if not isinstance(told, dict):
        return manifest
    taken: dict[str, Any] = {}
    languages = told.get("languages")
    if isinstance(languages, list) and languages and all(isinstance(each, str) for each in languages):
        taken["languages"] = tuple(languages)
    for name in ("partials_tell", "spots", "detects", "phonemes", "pitch"):
        if isinstance(told.get(name), bool):
            taken[name] = told[name]
    for name in ("summary", "licence"):
        if isinstance(told.get(name), str) and told[name].isprintable():
            taken[name] = told[name][:200]
    within_s = told.get("final_within_s")
    if isinstance(within_s, int | float) and 0 < within_s <= 30:
        taken["final_within_s"] = float(within_s)
    return replace(manifest, **taken)


def _pool(kind: Kind, options: EngineOptions) -> RemotePool:
    from pipelines.workers.remote.remote_pool import RemotePool

    return RemotePool(options.name or "remote", hosts(kind, options))


def _readiness(kind: Kind, options: EngineOptions) -> Readiness:
    """Whether it is told where to ask; it asks nobody."""
    if not options.settings:
        return Readiness(
            False, 'hosts; name them in [engines.options."remote:NAME"] urls (docs/scale-out.md)'
        )
    try:
        hosts(kind, options)
    except EngineMissingError as error:
        name = options.name or "remote"
        return Readiness(False, str(error).removeprefix(f"the engine {name} lacks "))
    return Readiness(True)
