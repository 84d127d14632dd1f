"""MMS-TTS: one small voice (VITS) for each of some 1,100 languages, through transformers.

One engine speaks one language, and is named by it: `mms-tts:hi` is Hindi's, `mms-tts:quc` K'iche's.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pydantic import Field

from mediaserver.errors import EngineMissingError
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.neural.engine import NeuralEngine
from pipelines.engines.tts.neural.options import TorchOptions
from pipelines.environments.recipe import ModelFiles, Recipe

LANGUAGES = dict(
    pair.split(":")
    for pair in (
        "ara:ar asm:as ben:bn bul:bg cat:ca cym:cy deu:de ell:el eng:en spa:es fas:fa fin:fi fra:fr guj:gu "
        "hau:ha heb:he hin:hi hun:hu ind:id isl:is kan:kn khm:km kor:ko lav:lv mal:ml mar:mr mya:my nld:nl "
        "ory:or pan:pa pol:pl por:pt ron:ro rus:ru som:so swe:sv swh:sw tam:ta tel:te tgl:tl tha:th tur:tr "
        "ukr:uk vie:vi yor:yo amh:am mlg:mg"
    ).split()
)
"""ISO 639-3 as in the names of the repositories -> BCP 47. The hub has more; they go by their own code."""
CODES = {language: code for code, language in LANGUAGES.items()}

MANIFEST = Manifest(
    name="mms-tts",
    kind=Kind.TTS,
    summary="MMS-TTS, a small voice for each of 1,100 languages (one engine each)",
    languages=tuple(sorted(LANGUAGES.values())),
    licence="CC-BY-NC-4.0: non-commercial use only (weights), Apache-2.0 (transformers)",
    needs=("weights",),
    sample_rate=16_000,
)
RECIPE = Recipe(
    lock="transformers",
    weights=(
        ModelFiles(
            "facebook/mms-tts-eng",
            files=("*.json", "*.safetensors", "README.md"),
            size_mb=145,
            licence="CC-BY-NC-4.0 (non-commercial)",
        ),
    ),
    gpu_mb=900,
)
_REPO = re.compile(r"mms-tts-([a-z]{3})(?:[-_/].*)?$")


class MmsOptions(TorchOptions):
    usual_at_once = 16

    model: str = Field(default="", max_length=60, pattern=r"^([a-z]{2,3}([-_][A-Za-z0-9_-]+)?)?$")
    """By its language: BCP 47, or what the repository's name has for it (`quc`, `uzb-script_cyrillic`)."""
    language: str = Field(default="", pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")
    """What the weights speak, BCP 47; empty: as the repository's name says."""
    noise_scale: float | None = Field(default=None, ge=0, le=2)
    """How much each sound varies; the model's own where none is set."""
    noise_scale_duration: float | None = Field(default=None, ge=0, le=2)


def recipe_of(given: MmsOptions) -> Recipe:
    """For the model that is named. Raises EngineMissingError for a language that the hub has no code for."""
    if not given.model:
        return RECIPE
    code = CODES.get(given.model, given.model)
    if len(code) == 2:
        raise EngineMissingError(
            f"{MANIFEST.name} knows no model for {given.model!r}: name it by the three letters of ISO 639-3 "
            "that its repository's name has (docs/engines.md)"
        )
    return replace(RECIPE, weights=(replace(RECIPE.weights[0], repo=f"facebook/mms-tts-{code}"),))


def language_of(given: MmsOptions, options: EngineOptions) -> str:
    """BCP 47. Raises EngineMissingError when neither the options nor the name of the weights tell it."""
    weights = given.weights.rstrip("/") or recipe_of(given).weights[0].repo
    found = _REPO.search(weights)
    if given.language:
        return given.language
    if found is None:
        where = f"engines.options.{options.name or MANIFEST.name}"
        raise EngineMissingError(f'{where}: name the language that {weights} speaks (language = "hi")')
    return LANGUAGES.get(found[1], found[1])


ENGINE = NeuralEngine(
    MANIFEST,
    RECIPE,
    "pipelines.engines.tts.mms.worker",
    MmsOptions,
    told=lambda given, options: {
        "dtype": given.dtype if given.dtype != "auto" else "float32",
        "language": language_of(given, options),
        "noise_scale": given.noise_scale,
        "noise_scale_duration": given.noise_scale_duration,
    },
    chosen=recipe_of,
    narrowed=lambda given, options: replace(MANIFEST, languages=(language_of(given, options),)),
)
check, make = ENGINE.check, ENGINE.make
