"""Engines that come and go: loaded when somebody wants them, unloaded when nobody does, as a GPU has room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from mediaserver.errors import ConfigError, EngineError, EngineMemoryError
from pipelines.engines import place as place_module
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.engines.resources import EngineResources, gpu_mb
from pipelines.engines.running import Engines
from pipelines.engines.state import EngineState
from pipelines.environments.recipe import ModelFiles, Recipe
from pipelines.workers.gpu_memory import GpuBudget
from pipelines.workers.limits import PoolLimits
from pipelines.workers.work_pool import WorkPool
from tests.fakes import FakeTts

NEVER_USED_S = 1_000.0


@pytest.fixture(autouse=True)
def idle_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_module, "IN_USE_S", 0.0)


class Voice(FakeTts):
    """Told with what it was made; fails to start as often as `full` says for its name."""

    def __init__(self, options: EngineOptions, full: int) -> None:
        super().__init__()
        self.options = options
        self.full = full
        self.stopped = 0
        self.may_stop = asyncio.Event()
        self.may_stop.set()

    async def start(self) -> None:
        if self.full:
            raise EngineMemoryError("CUDA out of memory")

    async def stop(self) -> None:
        await self.may_stop.wait()
        self.stopped += 1


class House:
    """Voices of 6 GB each on one GPU of 10."""

    def __init__(
        self, *, idle_s: float | None = None, totals: tuple[int, ...] = (10_000,), device: str = ""
    ) -> None:
        self.made: dict[str, list[Voice]] = {}
        self.full: dict[str, int] = {}
        known = EngineRegistry()
        for name in ("one", "two"):
            self._add(known, name, Recipe(weights=(ModelFiles("acme/voice"),), gpu_mb=6_000))
        self._add(known, "small", Recipe())
        self.budget = GpuBudget(lambda: totals)
        told = EngineOptions(settings={"device": device} if device else {})
        resources = EngineResources(self.budget, idle_s=idle_s)
        self.engines = Engines(known, lambda _kind, _name: told, resources)

    def _add(self, known: EngineRegistry, name: str, recipe: Recipe) -> None:
        def make(options: EngineOptions) -> Voice:
            left = self.full.get(name, 0)
            self.full[name] = max(0, left - 1)
            voice = Voice(options, left)
            self.made.setdefault(name, []).append(voice)
            return voice

        manifest = Manifest(name, Kind.TTS, "speaks", ("en",), "MIT")
        known.add(EngineEntry(manifest, lambda: Readiness(True), make, recipe=recipe))

    def state(self, name: str) -> EngineState:
        return next(state for state in self.engines.states if state.name == name)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - tasks and a thread bring it about
            await asyncio.sleep(0.001)


async def test_a_model_that_nobody_uses_goes_for_one_that_is_wanted() -> None:
    house = House()
    house.engines.tts(["one", "small"])
    await house.engines.settle()
    assert (house.state("one").gpu, house.state("one").gpu_mb) == (0, 6_000)
    assert house.state("small").gpu is None
    house.engines.tts(["two", "small"])
    await house.engines.settle()
    assert house.made["one"][0].stopped == 1 and house.state("one").unloaded
    assert house.state("two").ready and house.budget.evictions == {"one": 1}
    assert house.made["two"][0].options.gpu == 0
    assert house.made["two"][0].options.gpu_total_mb == 10_000
    house.engines.tts(["one", "small"])
    assert house.state("one").unloaded, "nobody calls; health is asked"
    house.engines.check(Kind.TTS, ["one", "small"])  # a call of its agent begins
    await until(lambda: house.state("one").ready)
    assert house.state("two").unloaded and len(house.made["one"]) == 2
    await house.engines.stop()
    assert house.budget.held_mb(0) == 0


async def test_a_model_that_a_call_has_stays() -> None:
    house = House()
    names = ("one", "small")
    house.engines.tts(names)
    await house.engines.settle()
    lease = house.engines.lease({Kind.TTS: names})
    house.engines.tts(["two", "small"])
    await house.engines.settle()
    assert "no room for two" in house.state("two").fault and house.state("one").ready

    def absent(*names: str) -> str:
        return house.engines.absent(Kind.TTS, names, "en", all_speak=True)

    assert absent("two", "small").startswith("two: there is no room for two")
    assert absent("two") == ""
    assert absent(*names) == ""
    engine = house.engines._places[Kind.TTS, "one"].engine
    house.engines.circuits.failed(engine, "the key is refused")
    told = absent(*names)
    assert told == "one: the key is refused; small takes over", "calls that begin now go by it"
    lease.end()
    assert house.engines._places[Kind.TTS, "one"].idle_s > 0
    await house.engines.stop()


async def test_an_idle_model_is_unloaded_and_loaded_again_for_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engines.running.LOOK_S", 0.001)
    house = House(idle_s=0.0001)
    tts = house.engines.tts(["one", "small"])
    await house.engines.settle()
    await until(lambda: house.state("one").unloaded)
    assert house.state("small").ready, "what holds no weights stays"
    with pytest.raises(EngineError, match="one is being started"):
        house.engines.check(Kind.TTS, ["one"])
    house.engines.resources.idle_s = NEVER_USED_S
    assert [chunk async for chunk in tts.speak("hello")], "the next voice speaks"
    await house.engines.started(Kind.TTS, ["one"])
    await until(lambda: house.state("one").ready)
    await house.engines.stop()


async def test_what_is_wanted_again_while_it_still_goes_gets_memory_of_its_own() -> None:
    house = House(totals=(12_000,))
    house.engines.tts(["one", "small"])
    await house.engines.settle()
    (old,) = house.made["one"]
    old.may_stop.clear()
    place = house.engines._places[Kind.TTS, "one"]
    going = asyncio.create_task(place.unload())
    await asyncio.sleep(0)
    place.begin()
    await until(lambda: house.state("one").ready)
    assert house.budget.held_mb(0) == 12_000, "both are loaded"
    old.may_stop.set()
    await going
    assert house.budget.held_mb(0) == 6_000 and house.state("one").gpu_mb == 6_000
    await house.engines.stop()
    assert house.budget.held_mb(0) == 0


async def test_the_gpu_that_the_settings_name_is_the_only_one_that_its_processes_see() -> None:
    house = House(totals=(10_000, 10_000), device="cuda:1")
    house.engines.tts(["one", "small"])
    await house.engines.settle()
    given = house.made["one"][0].options
    assert (given.gpu, given.settings["device"]) == (1, "cuda")
    assert house.made["small"][0].options.settings["device"] == "cuda:1", "it holds nothing: it sees all"
    await house.engines.stop()


async def test_a_warm_model_has_spoken_before_anybody_asks_and_stays() -> None:
    house = House()
    house.engines.warm(["tts/one"])
    await house.engines.settle()
    (voice,) = house.made["one"]
    assert voice.spoken == ["one"]
    house.engines.tts(["two", "small"])
    await house.engines.settle()
    assert house.state("one").ready and not house.state("two").ready
    with pytest.raises(ConfigError, match=r"engines\.warm: there is no engine 'oen': did you mean 'one'"):
        house.engines.warm(["oen"])
    await house.engines.stop()


async def test_one_that_finds_too_little_memory_at_its_start_is_tried_again_without_an_idle_one() -> None:
    house = House(totals=(20_000,))
    house.engines.tts(["one", "small"])
    await house.engines.settle()
    house.full["two"] = 1
    house.engines.tts(["two", "small"])
    await house.engines.settle()
    assert house.state("two").ready and house.state("one").unloaded
    await house.engines.stop()


def test_what_an_engine_holds_is_its_recipes_or_the_settings() -> None:
    recipe = Recipe(weights=(ModelFiles("acme/voice"),), gpu_mb=6_000)
    manifest = Manifest("one", Kind.TTS, "speaks", ("en",), "MIT")
    entry = EngineEntry(manifest, lambda: Readiness(True), lambda _: FakeTts(), recipe=recipe)
    assert gpu_mb(entry, EngineOptions(workers=2)) == 12_000
    assert gpu_mb(entry, EngineOptions(limits=PoolLimits(gpu_memory_mb=500))) == 500
    assert gpu_mb(entry, EngineOptions(settings={"device": "cpu"})) == 0
    assert entry.work_pool(EngineOptions()) is WorkPool.HF_TTS
