"""Language models on processors alone: `llama.cpp:MODEL` starts llama.cpp's own server with a GGUF file, in
its own environment and process.

What it knows of JSON and of calls of tools it holds a model to by grammars; what conversations begin with
alike it reads once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from mediaserver.errors import EngineMissingError
from pipelines.engines.llm.llama_cpp.options import LlamaCppOptions, model_file_in
from pipelines.engines.llm.served import (
    ServedLlm,
    named_model,
    served,
    server_readiness,
    template_file,
)
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.environments.places import interpreter
from pipelines.environments.readiness import weights_folder
from pipelines.environments.recipe import ModelFiles, Recipe
from pipelines.workers.limits import NO_LIMITS
from pipelines.workers.server_log import explained
from pipelines.workers.server_process import ServerAddress, ServerSpec

LOCK = "llama-cpp"
WORKER = Path(__file__).with_name("worker.py")

MANIFEST = Manifest(
    name="llama.cpp",
    kind=Kind.LLM,
    summary="a GGUF model on processors: `llama.cpp:OWNER/NAME` starts llama.cpp's server",
    languages=("*",),
    licence="MIT; the model's own beside",
    needs=("weights",),
)
RECIPE = Recipe(lock=LOCK)
_STEPS = (
    (re.compile(r"loading model '"), "loading weights"),
    (re.compile(r"threadpool init|initializing, n_slots"), "making room for conversations"),
)
_MENDED = (
    (
        re.compile(r"failed to allocate|bad_alloc|unable to allocate|out of memory", re.IGNORECASE),
        "the memory does not suffice: set slots or context lower, or name a smaller model",
    ),
    (
        re.compile(
            r"invalid magic|failed to read|corrupted|not within the file bounds|unexpectedly reached end"
        ),
        "its file is damaged or no GGUF: fetch it again",
    ),
    (
        re.compile(r"unknown model architecture|unknown pre-tokenizer"),
        "this build of llama.cpp does not know its architecture: name another model",
    ),
)


def recipe(given: LlamaCppOptions) -> Recipe:
    """For one model."""
    only = "" if given.file else "*.gguf"
    weights = () if given.model_file else (ModelFiles(given.model, given.patterns, or_only=only),)
    return Recipe(lock=LOCK, weights=weights)


def recipe_with(options: EngineOptions) -> Recipe:
    """Raises EngineMissingError."""
    return recipe(named_model(MANIFEST.name, options, LlamaCppOptions)) if options.name else RECIPE


def check(options: EngineOptions) -> Readiness:
    found = server_readiness(MANIFEST.name, options, LlamaCppOptions, recipe)
    if not found.ready:
        return found
    try:
        _model_file(options, named_model(MANIFEST.name, options, LlamaCppOptions))
    except EngineMissingError as error:
        return Readiness(False, str(error).removeprefix(f"the engine {MANIFEST.name} lacks "))
    return found


def make(options: EngineOptions) -> ServedLlm:
    """Not yet started. Raises EngineMissingError."""
    given = named_model(MANIFEST.name, options, LlamaCppOptions)
    template = template_file(MANIFEST.name, given)
    told = {
        "model": str(_model_file(options, given)),
        "name": given.model,
        "slots": given.slots,
        "context": given.context,
        "cache_mb": given.cache_mb,
        "threads": given.computing(),
        "thinking": given.thinking,
        "template": "" if template is None else template.read_text(),
    }
    spec = ServerSpec(
        name=options.name or MANIFEST.name,
        command=partial(_command, interpreter(options.home or Path(), LOCK), told),
        environment=_environment,
        threads=given.computing(),
        start_limit_s=given.start_s,
        progress=progress,
        explain=explain,
    )
    return served(MANIFEST, options, given, spec)


def progress(line: str) -> str:
    """What a line of its log says about the loading; empty for most."""
    return next((what for pattern, what in _STEPS if pattern.search(line)), "")


def explain(lines: Sequence[str]) -> str:
    """Why it ended and how to mend it, by its last lines."""
    return explained(lines, _MENDED)


def _command(python: Path, told: Mapping[str, object], address: ServerAddress) -> list[str]:
    options = json.dumps({**told, "socket": str(address.socket)})
    return [str(python), "-I", str(WORKER), options]


def _environment(address: ServerAddress) -> Mapping[str, str]:
    return {"LLAMA_API_KEY": address.key}


def _model_file(options: EngineOptions, given: LlamaCppOptions) -> Path:
    """Raises EngineMissingError."""
    if given.model_file is not None:
        if not given.model_file.is_file():
            raise EngineMissingError(
                f"the engine {MANIFEST.name} lacks its model: there is no file {given.model_file}"
            )
        return given.model_file
    folder = weights_folder(recipe(given), replace(options, settings={"weights": given.model}))
    found = None if folder is None else model_file_in(folder, given.patterns)
    if found is None:
        raise EngineMissingError(
            f"the engine {MANIFEST.name} lacks its model: {folder} has not one GGUF file that fits; name it "
            f"in engines.options.{options.name}.file"
        )
    return found


ENTRY = EngineEntry(
    MANIFEST,
    partial(check, EngineOptions()),
    make,
    check_with=check,
    several=True,
    recipe=RECIPE,
    recipe_with=recipe_with,
    limits=NO_LIMITS,
)
