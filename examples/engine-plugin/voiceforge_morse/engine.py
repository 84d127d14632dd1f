"""What the entry point names: what the engine is, what it needs, and how it is made.

Runs in the server. Must import nothing heavy, and nothing that only the worker's environment has.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from mediaserver.errors import EngineMissingError
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.environments.places import interpreter
from pipelines.environments.readiness import recipe_readiness
from pipelines.environments.recipe import Recipe
from pipelines.workers.spec import WorkerSpec

MANIFEST = Manifest(
    name="morse",
    kind=Kind.TTS,
    summary="sends Morse code (ITU-R M.1677-1)",
    languages=("en",),
    licence="Apache-2.0",
)
RECIPE = Recipe(lock=str(Path(__file__).with_name("morse.lock")))
"""With a slash in it, it is the path of a lock file."""
OPTIONS = {"words_per_minute": (20.0, 5.0, 60.0), "pitch_hz": (600.0, 200.0, 2_000.0)}
"""Name -> usual, least and most."""


def check(options: EngineOptions) -> Readiness:
    """Looks at files only, and at what the operator set."""
    checked(options)
    return recipe_readiness(MANIFEST.name, RECIPE, options)


def make(options: EngineOptions) -> WorkerTts:
    """Not yet started. Raises EngineMissingError."""
    if options.home is None:
        raise EngineMissingError(f"{MANIFEST.name} lacks a folder for its environment: set engines.home")
    spec = WorkerSpec(
        MANIFEST.name,
        "voiceforge_morse.worker",
        options=checked(options),
        interpreter=str(interpreter(options.home, RECIPE.lock)),
        at_once=16,
    )
    return WorkerTts(MANIFEST, spec, options.workers)


def checked(options: EngineOptions) -> dict[str, float]:
    """Raises EngineMissingError, one line that names the option and the way to mend it."""
    where = f"engines.options.{MANIFEST.name}"
    told = {name: usual for name, (usual, _, _) in OPTIONS.items()}
    for name, value in options.settings.items():
        if name not in OPTIONS:
            near = difflib.get_close_matches(name, OPTIONS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(OPTIONS)}"
            raise EngineMissingError(f"{where} has no option {name}: {hint}")
        _, least, most = OPTIONS[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise EngineMissingError(f"{where}.{name} must be from {least:g} to {most:g}")
        told[name] = float(value)
    return told


ENTRY = EngineEntry(MANIFEST, lambda: check(EngineOptions()), make, check_with=check, recipe=RECIPE)
