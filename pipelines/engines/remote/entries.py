"""The engines whose work is done on other machines."""

from __future__ import annotations

from functools import partial

from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.remote import engine
from pipelines.engines.remote.options import KEY_VARIABLE
from pipelines.environments.recipe import Recipe
from pipelines.workers.limits import REMOTE_LIMITS

RECIPE = Recipe(keys=(KEY_VARIABLE,), cost="that of the machines that serve it")
ENTRIES = tuple(
    EngineEntry(
        manifest,
        partial(check, EngineOptions()),
        make,
        check_with=check,
        several=True,
        recipe=RECIPE,
        limits=REMOTE_LIMITS,
    )
    for manifest, check, make in (
        (engine.STT, engine.check_stt, engine.make_stt),
        (engine.TTS, engine.check_tts, engine.make_tts),
    )
)
