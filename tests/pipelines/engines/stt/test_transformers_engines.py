"""Recognisers of transformers before they are made: what each needs, and what it tells its worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaserver.errors import EngineMissingError
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.transformers_asr.engine import ENGINES

BY_NAME = {engine.manifest.name: engine for engine in ENGINES}
FAMILIES = {
    "moonshine": "moonshine",
    "parakeet": "parakeet",
    "kyutai": "kyutai",
    "voxtral-realtime": "voxtral",
}


def test_each_has_a_family_that_its_worker_knows_and_they_share_one_environment(tmp_path: Path) -> None:
    specs = {name: engine.spec(EngineOptions(home=tmp_path)) for name, engine in BY_NAME.items()}
    assert {name: spec.options["family"] for name, spec in specs.items()} == FAMILIES
    assert len({(spec.interpreter, spec.module) for spec in specs.values()}) == 1
    assert all(spec.environment["HF_HUB_OFFLINE"] == "1" for spec in specs.values())


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_missing_is_told_with_the_commands_that_fetch_it(tmp_path: Path, name: str) -> None:
    lacks = BY_NAME[name].check(EngineOptions(home=tmp_path)).lacks
    assert f"voiceforge engines install {name}" in lacks and f"voiceforge engines pull {name}" in lacks
    (model,) = BY_NAME[name].recipe.weights
    assert model.repo in lacks and model.licence in lacks


def test_an_option_of_another_engine_is_none_of_theirs(tmp_path: Path) -> None:
    with pytest.raises(EngineMissingError, match="engines.options.moonshine: beam_size is no option of it"):
        BY_NAME["moonshine"].spec(EngineOptions(settings={"beam_size": 2}, home=tmp_path))
