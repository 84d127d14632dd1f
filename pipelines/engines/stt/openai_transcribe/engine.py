"""A recogniser behind OpenAI's `audio/transcriptions`: its own, or that of any server that speaks like it."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from pipelines.engines.cloud.options import ProviderOptions
from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest
from pipelines.environments.recipe import Recipe

MANIFEST = Manifest(
    name="openai-transcribe",
    kind=Kind.STT,
    summary="OpenAI's recogniser, or that of a server that speaks like it; whole utterances",
    languages=tuple(
        "af ar az be bg bs ca cs cy da de el en es et fa fi fr gl he hi hr hu hy id is it ja kk kn ko lt lv "
        "mi mk mr ms ne nl no pl pt ro ru sk sl sr sv sw ta th tl tr uk ur vi zh".split()
    ),
    licence="service",
    needs=("key",),
    final_within_s=3.0,
    partials_tell=False,
)
RECIPE = Recipe(
    keys=("OPENAI_API_KEY",),
    cost="0.0045 US dollars a minute with gpt-transcribe (its published price list, November 2026; look it "
    "up)",
)


class OpenaiTranscribeOptions(ProviderOptions):
    usual_url: ClassVar[str] = "https://api.openai.com/v1"

    model: str = Field(default="gpt-transcribe", min_length=1, max_length=200)
    """`whisper-1` tells the times of words, until it ends on 2027-02-26."""
    keyterms: tuple[str, ...] = Field(default=(), max_length=50)
    """Names that callers say, beside the words of a turn's grammar."""
    answer_s: float = Field(default=10.0, gt=0, le=120)

    @property
    def takes_usual_key(self) -> bool:
        return not self.base_url

    @property
    def told(self) -> dict[str, Any]:
        return {"model": self.model, "keyterms": self.keyterms, "answer_s": self.answer_s}


ENGINE = CloudEngine(
    MANIFEST, RECIPE, "pipelines.engines.stt.openai_transcribe.worker", OpenaiTranscribeOptions
)
