"""What modes stand for: by what is ready here, best first, the embedded engines last."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.engines.builtin import registry as all_engines
from pipelines.engines.modes import MODES, EngineModes, is_near, without_modes
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from tests.fakes import FakeTts

CLOUD, OWN = MODES["cloud-first"], MODES["self-hosted"]


def entry(
    kind: Kind, name: str, *, ready: bool = True, several: bool = False, needs: tuple[str, ...] = ()
) -> EngineEntry:
    manifest = Manifest(name, kind, "", ("en",), "MIT", needs=needs)
    found = Readiness(ready, "" if ready else "all")
    return EngineEntry(manifest, lambda: found, lambda _: FakeTts(), several=several)


def modes(*entries: EngineEntry, **tables: dict[str, Any]) -> EngineModes:
    told = {name.replace("__", ":"): table for name, table in tables.items()}
    return EngineModes(EngineRegistry(entries), lambda *_: EngineOptions(), told)


def test_what_is_ready_comes_best_first_and_the_embedded_ones_last() -> None:
    found = modes(
        entry(Kind.STT, "pocketsphinx"),
        entry(Kind.STT, "faster-whisper"),
        entry(Kind.STT, "deepgram"),
        entry(Kind.STT, "assemblyai", ready=False),
    )
    assert found.meant(Kind.STT, ["cloud-first"]) == ("deepgram", "faster-whisper", "pocketsphinx")
    assert found.meant(Kind.STT, ["self-hosted"]) == ("faster-whisper", "pocketsphinx")
    assert found.candidates(CLOUD, Kind.STT) == ["deepgram", "assemblyai", "faster-whisper", "pocketsphinx"]


def test_what_a_processor_is_too_slow_for_is_left_to_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    known = EngineRegistry([entry(Kind.TTS, "chatterbox", needs=("gpu",)), entry(Kind.TTS, "kokoro")])
    for gpu, told, meant in (
        (False, {}, ("kokoro",)),
        (True, {}, ("chatterbox", "kokoro")),
        (False, {"device": "cpu"}, ("chatterbox", "kokoro")),
    ):
        monkeypatch.setattr("pipelines.engines.modes.has_cuda", lambda gpu=gpu: gpu)
        options = EngineOptions(settings=told)
        found = EngineModes(known, lambda *_, options=options: options, {})
        assert found.meant(Kind.TTS, ["self-hosted"]) == meant


def test_it_stands_in_a_list_like_a_name() -> None:
    found = modes(entry(Kind.TTS, "espeak-ng"), entry(Kind.TTS, "kokoro"), entry(Kind.TTS, "mine"))
    assert found.meant(Kind.TTS, ["mine", "self-hosted", "kokoro"]) == ("mine", "kokoro", "espeak-ng")
    assert found.meant(Kind.TTS, ["mine"]) == ("mine",)
    assert without_modes(["mine", "self-hosted"]) == ["mine"]


def test_models_are_those_that_have_a_table() -> None:
    found = modes(
        entry(Kind.LLM, "openai", several=True),
        entry(Kind.LLM, "vllm", several=True),
        vllm__big={"model": "a/b"},
        openai__far={"base_url": "https://api.example.com/v1"},
        openai__near={"base_url": "http://10.0.0.5:8000/v1"},
    )
    assert found.meant(Kind.LLM, ["self-hosted"]) == ("vllm:big", "openai:near")
    assert found.meant(Kind.LLM, ["cloud-first"]) == ("openai", "openai:far", "openai:near", "vllm:big")


def test_workers_on_machines_of_ours_come_before_those_here() -> None:
    found = modes(
        entry(Kind.STT, "remote", several=True),
        entry(Kind.STT, "faster-whisper"),
        remote__gpus={"urls": ["x"]},
    )
    assert found.meant(Kind.STT, ["self-hosted"]) == ("remote:gpus", "faster-whisper")
    assert found.meant(Kind.TTS, ["self-hosted"]) == ()


def test_nothing_of_a_self_hosted_mode_wants_a_key() -> None:
    """Whatever engines come: what is said stays here."""
    known = all_engines()
    for kind in (Kind.STT, Kind.TTS):
        for name in OWN.of(kind):
            found = known.entries.get((kind, name))
            assert found is None or "key" not in found.manifest.needs


def test_with_nothing_installed_it_is_what_comes_with_us() -> None:
    found = EngineModes(all_engines(), lambda *_: EngineOptions(), {})
    assert found.meant(Kind.STT, ["self-hosted"]) == ("pocketsphinx",)
    assert found.meant(Kind.TTS, ["self-hosted"])[-1] == "espeak-ng"
    assert found.meant(Kind.LLM, ["self-hosted"]) == ()
    assert found.meant(Kind.VAD, ["self-hosted"]) == ()


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]/v1", True),
        ("http://192.168.7.7/v1", True),
        ("http://gpu-box:8000/v1", True),
        ("http://models.internal/v1", True),
        ("https://api.openai.com/v1", False),
        ("http://8.8.8.8/v1", False),
        ("", False),
        ("http://[half", False),
    ],
)
def test_near_is_this_machine_and_its_network(url: str, near: bool) -> None:
    assert is_near(url) is near
