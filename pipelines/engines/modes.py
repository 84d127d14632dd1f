"""Modes: lists of engines by what an operator wants of them, in the place of names.

A mode stands for those of its engines that have what they need here, best first, and the embedded ones last.
Models that a processor is too slow for are not among them without a GPU, unless the operator says
`device = "cpu"`. With nothing installed and no key it is the embedded ones alone. It may stand wherever a
list of engines does.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mediaserver.errors import EngineError
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.environments.device import has_cuda

LOCAL_STT = ("remote:*", "faster-whisper", "parakeet", "voxtral-realtime", "kyutai", "moonshine")
LOCAL_TTS = (
    *("remote:*", "chatterbox", "higgs-audio", "kokoro", "styletts2", "piper", "indic-parler-tts"),
    *("parler-tts-mini-multilingual", "mms-tts"),
)
LOCAL_LLM = ("vllm:*", "llama.cpp:*")
EMBEDDED_STT = ("pocketsphinx",)
EMBEDDED_TTS = ("hibari", "pico", "espeak-ng")
OWN_ENDPOINTS = "openai:*"
"""Endpoints with a table of their own."""


@dataclass(frozen=True, slots=True)
class EngineMode:
    """`NAME:*` stands for the tables `engines.options."NAME:..."`."""

    name: str
    summary: str
    stt: tuple[str, ...]
    tts: tuple[str, ...]
    llm: tuple[str, ...]
    own: bool = False
    """Nothing that is said leaves this machine and its network."""

    def of(self, kind: Kind) -> tuple[str, ...]:
        match kind:
            case Kind.STT:
                return self.stt
            case Kind.TTS:
                return self.tts
            case Kind.LLM:
                return self.llm
            case _:
                return ()


MODES = {
    mode.name: mode
    for mode in (
        EngineMode(
            "cloud-first",
            "providers with a key come first, then what runs here",
            stt=(
                *("deepgram", "assemblyai", "openai-transcribe", "hf-endpoint-stt", "hf-space-stt"),
                *(*LOCAL_STT, *EMBEDDED_STT),
            ),
            tts=(
                *(
                    "elevenlabs",
                    "openai-speech",
                    "deepgram-aura",
                    "playht",
                    "hf-endpoint-tts",
                    "hf-space-tts",
                ),
                *(*LOCAL_TTS, *EMBEDDED_TTS),
            ),
            llm=("openai", "anthropic", OWN_ENDPOINTS, *LOCAL_LLM),
        ),
        EngineMode(
            "self-hosted",
            "only what runs here or in our own network",
            stt=(*LOCAL_STT, *EMBEDDED_STT),
            tts=(*LOCAL_TTS, *EMBEDDED_TTS),
            llm=(*LOCAL_LLM, OWN_ENDPOINTS),
            own=True,
        ),
    )
}
"""By name."""


class EngineModes:
    """What the modes stand for on this server. Asks each engine once for what it lacks: looks at files."""

    def __init__(
        self,
        known: EngineRegistry,
        options: Callable[[Kind, str], EngineOptions],
        tables: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """`tables`: `engines.options` of the settings."""
        self._known = known
        self._options = options
        self._tables = tables
        self._ready: dict[tuple[Kind, str], bool] = {}

    def meant(self, kind: Kind, names: Iterable[str]) -> tuple[str, ...]:
        """A list with the modes in it replaced by what they stand for; none comes twice."""
        found: list[str] = []
        for name in names:
            mode = MODES.get(name)
            found += [name] if mode is None else self.engines(mode, kind)
        return tuple(dict.fromkeys(found))

    def meant_by_row(self, kind: Kind, names: Sequence[str]) -> tuple[str, ...]:
        """Likewise, and never nothing where something is named: an empty list would be taken for the usual
        one, which may send to a provider what a mode keeps here. It is then what says what is missing."""
        found = self.meant(kind, names)
        return found if found or not names else (self._wanting(MODES[names[0]], kind),)

    def _wanting(self, mode: EngineMode, kind: Kind) -> str:
        """The engine of a mode whose lack is most easily mended."""
        return (self.candidates(mode, kind) or ["llama.cpp"])[0]

    def engines(self, mode: EngineMode, kind: Kind) -> list[str]:
        """Those that have what they need."""
        return [name for name in self.candidates(mode, kind) if self._is_ready(kind, name)]

    def candidates(self, mode: EngineMode, kind: Kind) -> list[str]:
        """Those that this server knows, whether they can be had or not."""
        return list(dict.fromkeys(self._candidates(mode, kind)))

    def _candidates(self, mode: EngineMode, kind: Kind) -> Iterator[str]:
        for name in mode.of(kind):
            several = name.endswith(":*")
            if several and (kind, name[:-2]) not in self._known.entries:
                continue
            if not several:
                if (kind, name) in self._known.entries:
                    yield name
                continue
            for table, told in self._tables.items():
                if table.startswith(name[:-1]) and not (
                    mode.own and name == OWN_ENDPOINTS and not is_near(str(told.get("base_url", "")))
                ):
                    yield table

    def _is_ready(self, kind: Kind, name: str) -> bool:
        if (kind, name) not in self._ready:
            try:
                entry, options = self._known.find(kind, name), self._options(kind, name)
                slow = "gpu" in entry.manifest.needs and not has_cuda()
                self._ready[kind, name] = entry.readiness(options).ready and (
                    not slow or options.settings.get("device") == "cpu"
                )
            except EngineError:  # its options make no sense
                self._ready[kind, name] = False
        return self._ready[kind, name]


def without_modes(names: Iterable[str]) -> list[str]:
    """The names of a list that are engines'."""
    return [name for name in names if name not in MODES]


def is_near(url: str) -> bool:
    """Whether an endpoint is on this machine or in its own network, by its address or name."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:  # no address at all
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith((".local", ".internal", ".lan")))
    return address.is_private or address.is_loopback or address.is_link_local
