"""The settings of speech engines: which, how many processes, and what each is told."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from mediaserver.settings.group import SettingsGroup
from mediaserver.settings.speech_to_speech import ModelName, SpeechModelSettings

PoolName = Literal["stt", "tts", "hf-tts", "llm", "clone"]
WORKER_LIMITS = frozenset(
    {
        *("at_once", "queue_limit", "wait_limit_s", "answer_limit_s", "max_batch", "window_ms"),
        "gpu_memory_mb",
    }
)
"""What may stand among the options of an engine with workers, beside `workers` (pipelines.workers.limits)."""
EngineNames = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(min_length=1)]


USUAL_VOICES = ("hibari", "pico", "espeak-ng")
VOICE_PACKAGES = {"hibari": ("hibari", "onnxruntime"), "pico": ("py_nanotts",)}
"""What those of them need that not every platform has."""


def usual_voices() -> tuple[str, ...]:
    """The voices that come with us, best first, as far as their packages are there."""
    return tuple(
        name
        for name in USUAL_VOICES
        if all(find_spec(package) is not None for package in VOICE_PACKAGES.get(name, ()))
    )


class EnginesSettings(SettingsGroup):
    mode: Literal["", "cloud-first", "self-hosted"] = Field(
        default="",
        description="What stands in the place of `stt`, `tts` and `llm` where those are left out: "
        "`cloud-first`, providers whose keys are set and then what runs here, or `self-hosted`, only what "
        "runs here or in our own network. Of each those that have what they need, best first, the embedded "
        "ones last (`voiceforge engines list --mode`). In a list of engines, also in an agent's row, either "
        "may stand like a name.",
    )
    stt: EngineNames = Field(
        default=("pocketsphinx",),
        description="Recognisers of the agents whose rows name none, best first; what fails is left for the "
        "next. `voiceforge engines list` shows which there are.",
    )
    tts: EngineNames = Field(
        default=USUAL_VOICES,
        description="Voices, likewise. `hibari` speaks American English, `pico` five languages, and "
        "espeak-ng the others; where a package is not installed the next of them speaks.",
    )
    llm: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=(),
        description="Language models of the agents that think with one and whose rows name none, best first. "
        "Empty: `openai` where OPENAI_API_KEY or `engines.options.openai.base_url` is set, then `anthropic` "
        "where ANTHROPIC_API_KEY is. `openai:NAME` is an endpoint of its own (docs/models.md).",
    )
    turn: str = Field(
        default="",
        max_length=100,
        description="Model that tells by the sound whether a caller has finished, beside the words: "
        "`smart-turn`, whose weights `engines.options.smart-turn.weights` names. Empty: the words alone.",
    )
    embedding: str = Field(
        default="",
        max_length=100,
        description="Model that makes vectors of documents and questions, so that agents find passages by "
        "what they mean: `openai-embeddings`, or `openai-embeddings:NAME` for an endpoint of its own "
        "(docs/knowledge.md). What documents and callers say goes there. Empty: words alone are searched.",
    )
    embedding_within_ms: int = Field(
        default=250,
        ge=20,
        le=2000,
        description="So long a search waits for its question's vector; then words alone are searched.",
    )
    stt_workers: int = Field(
        default=2, ge=1, le=64, description="Processes of the recogniser that comes with us, pocketsphinx."
    )
    tts_workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes of each voice that comes with us: hibari, pico, espeak-ng.",
    )
    level_db: float = Field(
        default=-19.0,
        ge=-35.0,
        le=0.0,
        description="How loud every voice is made: dBFS, RMS of what is voiced. What a voice's own level "
        "is, is learned from what it says. 0 leaves each as loud as it is.",
    )
    speech_to_speech: dict[ModelName, SpeechModelSettings] = Field(
        default={},
        description="Models that hear and speak by themselves, behind OpenAI's Realtime protocol, by names "
        "of your choice: a table each (see below). With OPENAI_API_KEY set `openai` is there without one.",
    )
    home: str = Field(
        default="",
        description="Folder for the environments and weights that `voiceforge engines install` and `pull` "
        "fetch; several servers may share it. Empty: `engines` in the data folder.",
    )
    warm: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=(),
        description="Engines that are loaded at the start, say something before the first caller, and stay: "
        "`NAME`, or `tts/NAME` where several kinds have it. All others are loaded when an agent's row names "
        "them.",
    )
    idle_s: int = Field(
        default=0,
        ge=0,
        le=7 * 86_400,
        description="A model (an engine with weights) that nobody used for so long is unloaded; the next who "
        "wants it hears the next engine of the list until it is loaded again. 0: it stays.",
    )
    gpu_memory_mb: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(),
        description="Memory of each GPU that models may have, in MB, by the GPU's number. A model is loaded "
        "when there is room for what its recipe says; one that nobody uses goes for it. Empty: all that the "
        "driver tells of (nvidia-smi).",
    )
    pools: dict[PoolName, Annotated[int, Field(ge=1)]] = Field(
        default={},
        description="Requests at once of all engines of a pool of work: `stt`, `tts`, `hf-tts` (voices with "
        "weights of a model hub's), `llm`, `clone` (engines of packages that ask for it: none of ours). "
        "Further ones wait, calls before batch work. Not named: no limit but the engines' own.",
    )
    options: dict[str, dict[str, Any]] = Field(
        default={},
        repr=False,  # an engine's key may stand there
        description="What an engine is told, by its name: settings of its own, `workers`, its processes "
        "(one unless said here), and of each of them: `at_once` (requests), `queue_limit` (requests that may "
        "wait), `wait_limit_s` (a request whose wait is predicted to be longer is left to the next engine), "
        "`answer_limit_s` (a request that gets no answer for so long is ended), `max_batch` and `window_ms` "
        "(calls in one step of the model, and how long it waits for them), `gpu_memory_mb`. One without "
        "processes refuses them. In the file each engine has a table `[engines.options.NAME]`.",
    )
    voice: str = Field(
        default="",
        max_length=100,
        description="Voice of the agents whose rows name neither a voice nor engines for it; empty means "
        "the engine's own.",
    )
    language: str = Field(
        default="en",
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$",
        description="Language of the agents whose rows name none.",
    )

    @model_validator(mode="before")
    @classmethod
    def _voices_that_are_there(cls, given: Any) -> Any:
        """Nobody asked for them by name: without a package it is no fault that its voice is not there."""
        left_out = isinstance(given, dict) and "tts" not in given and not given.get("mode")
        if left_out and usual_voices() != USUAL_VOICES:
            return {**given, "tts": usual_voices()}
        return given

    @property
    def absent_voices(self) -> tuple[str, ...]:
        """Those of the usual voices whose packages are not there, where the list is the usual one."""
        if self.tts != usual_voices():
            return ()
        return tuple(name for name in USUAL_VOICES if name not in self.tts)

    @field_validator("options")
    @classmethod
    def _workers_are_few(cls, options: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name, told in options.items():
            workers = told.get("workers", 1)
            if not isinstance(workers, int) or isinstance(workers, bool) or not 1 <= workers <= 64:
                raise ValueError(f"{name}.workers must be a whole number from 1 to 64")
            for limit in WORKER_LIMITS & told.keys():
                value = told[limit]
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                if not number or value < 0:
                    raise ValueError(f"{name}.{limit} must be a number of at least 0")
        return options
