"""Engines by name, and those that other packages bring."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.builtin import STT, TTS, VAD, registry
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.workers.limits import PoolLimits
from tests.fakes import FakeTts

CANARY = Manifest("canary", Kind.TTS, "sings", ("en",), "MIT")
PLUGIN = """
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry
from tests.fakes import FakeTts

def entry(name):
    manifest = Manifest(name, Kind.TTS, "sings", ("en",), "MIT")
    return EngineEntry(manifest, lambda: Readiness(True), lambda _: FakeTts())

CUCKOO = entry("cuckoo")
def flock():
    return [entry("crow"), entry("crane")]
def taken():
    return entry("espeak-ng")
NUMBER = [7]
def leaves():
    raise SystemExit("needs a GPU")
"""
POINTS = """[voiceforge.engines]
cuckoo = acme_birds:CUCKOO
flock = acme_birds:flock
taken = acme_birds:taken
number = acme_birds:NUMBER
gone = acme_birds:DODO
leaves = acme_birds:leaves
absent = acme_dodos:ALL
"""


def test_what_comes_with_us_is_there_under_its_names() -> None:
    known = registry()
    assert known.find(Kind.STT, STT).readiness().ready
    assert known.make(Kind.TTS, TTS).manifest.name == TTS
    assert not known.broken


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(EngineMissingError, match="did you mean 'pocketsphinx'"):
        registry().make(Kind.STT, "pocketsphynx")


def test_an_engine_that_lacks_something_is_not_made() -> None:
    known = EngineRegistry([EngineEntry(CANARY, lambda: Readiness(False, "its seeds"), lambda _: FakeTts())])
    with pytest.raises(EngineMissingError, match="the engine canary lacks its seeds"):
        known.make(Kind.TTS, "canary")


def test_a_check_that_raises_is_a_lack() -> None:
    def check() -> Readiness:
        raise OSError("no such\ndevice")

    readiness = EngineEntry(CANARY, check, lambda _: FakeTts()).readiness()
    assert not readiness.ready
    assert "OSError: no such device" in readiness.lacks


def test_an_engine_that_ends_the_process_ends_itself_alone() -> None:
    def leaves(*_: object) -> NoReturn:
        raise SystemExit(3)

    assert "exit 3" in EngineEntry(CANARY, leaves, lambda _: FakeTts()).readiness().lacks
    known = EngineRegistry([EngineEntry(CANARY, lambda: Readiness(True), leaves)])
    with pytest.raises(EngineError, match="exit 3"):
        known.make(Kind.TTS, "canary")


def test_packages_bring_engines_and_a_broken_one_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "acme_birds-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-birds\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    (tmp_path / "acme_birds.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    try:
        known = registry()
    finally:
        sys.modules.pop("acme_birds", None)
    names = {entry.manifest.name for entry in known.of(Kind.TTS)}
    assert names >= {TTS, "cuckoo", "crow", "crane"}
    assert isinstance(known.make(Kind.TTS, "cuckoo"), FakeTts)
    broken = {plugin.name: plugin for plugin in known.broken}
    assert broken.keys() == {"taken", "number", "gone", "leaves", "absent"}
    assert {plugin.package for plugin in broken.values()} == {"acme-birds"}
    assert "already" in broken["taken"].why
    assert "int" in broken["number"].why
    assert "acme_dodos" in broken["absent"].why
    assert "needs a GPU" in broken["leaves"].why
    assert not isinstance(known.make(Kind.TTS, TTS), FakeTts)


def test_an_engine_without_settings_says_which_it_does_not_know() -> None:
    for kind, name in ((Kind.VAD, VAD), (Kind.STT, STT), (Kind.TTS, TTS)):
        with pytest.raises(EngineMissingError, match=f"{name} has no option modle.*engines.options.{name}"):
            registry().make(kind, name, EngineOptions(settings={"modle": "small"}))  # type: ignore[call-overload]


def test_the_detector_keeps_its_weights_in_the_cache(tmp_path: Path) -> None:
    registry().make(Kind.VAD, VAD, EngineOptions(cache=tmp_path / "cache"))
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".npz"]


def test_whoever_makes_an_engine_gets_it_with_the_limits_of_its_workers() -> None:
    limits = PoolLimits(at_once=3, queue_limit=5)
    engine: Any = registry().make(Kind.TTS, TTS, EngineOptions(limits=limits))
    assert (engine.pool.spec.at_once, engine.pool.spec.queue_limit) == (3, 5)
    assert all(worker.spec is engine.pool.spec for worker in engine.pool.workers)


def test_a_limit_without_effect_is_refused_in_one_line() -> None:
    known = registry()
    for kind, name, options, idle in (
        (
            Kind.LLM,
            "openai",
            EngineOptions(limits=PoolLimits(queue_limit=5, at_once=2)),
            "at_once, queue_limit",
        ),
        (Kind.LLM, "openai:fast", EngineOptions(workers=3, name="openai:fast"), "workers"),
        (
            Kind.LLM,
            "llama.cpp:a/b",
            EngineOptions(limits=PoolLimits(at_once=2), name="llama.cpp:a/b"),
            "at_once",
        ),
        (
            Kind.LLM,
            "vllm:a/b",
            EngineOptions(limits=PoolLimits(at_once=2, max_batch=2), name="vllm:a/b"),
            "max_batch",
        ),
        (Kind.TURN, "smart-turn", EngineOptions(limits=PoolLimits(answer_limit_s=2)), "answer_limit_s"),
        (Kind.VAD, VAD, EngineOptions(workers=2), "workers"),
        (Kind.TTS, TTS, EngineOptions(limits=PoolLimits(max_batch=2)), "max_batch"),
        (Kind.STT, "remote:x", EngineOptions(limits=PoolLimits(at_once=2), name="remote:x"), "at_once"),
    ):
        with pytest.raises(EngineMissingError) as refused:
            known.check(kind, name, options)
        mend = f"take it out of engines.options.{name}"
        assert str(refused.value) == f"the engine {name} lacks any use for {idle}: {mend}"


def test_an_engine_of_a_package_that_has_no_workers_after_all_refuses_their_limits() -> None:
    known = EngineRegistry([EngineEntry(CANARY, lambda: Readiness(True), lambda _: FakeTts())])
    with pytest.raises(EngineMissingError, match="canary lacks any use for at_once: take it out of"):
        known.make(Kind.TTS, "canary", EngineOptions(limits=PoolLimits(at_once=2)))
    assert isinstance(known.make(Kind.TTS, "canary", EngineOptions(workers=2)), FakeTts)
