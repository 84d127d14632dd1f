"""Modes in the settings and in the rows of agents."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from cli.main import main
from cli.serving.engine_options import engine_modes
from cli.serving.engines import default_llms
from cli.serving.modes import agent_with_modes, with_mode
from mediaserver.calls.routes import AgentSpec
from mediaserver.config import Settings, load
from pipelines.engines.builtin import registry


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "voiceforge.toml"
    path.write_text(text)
    return load(path)


def test_a_mode_fills_the_lists_that_are_left_out(tmp_path: Path) -> None:
    given = settings(tmp_path, '[engines]\nmode = "self-hosted"\ntts = ["espeak-ng"]\n')
    found = with_mode(given, engine_modes(given, registry())).engines
    assert found.stt == ("pocketsphinx",)
    assert found.tts == ("espeak-ng",)
    assert found.llm == ()
    assert default_llms(given, registry()) == ()  # a key of a provider's is not for this mode


def test_without_a_mode_nothing_changes(tmp_path: Path) -> None:
    given = settings(tmp_path, "")
    found = with_mode(given, engine_modes(given, registry())).engines
    assert (found.stt, found.tts, found.llm) == (given.engines.stt, given.engines.tts, given.engines.llm)


def test_a_row_may_name_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-123456")
    given = settings(tmp_path, "")
    modes = engine_modes(given, registry())
    row = AgentSpec(uuid4(), "desk", 0, "llm", stt=("self-hosted",), llm=("cloud-first",))
    assert agent_with_modes(modes, row).stt == ("pocketsphinx",)
    assert agent_with_modes(modes, row).llm == ("openai",)


def test_a_row_that_keeps_to_the_house_never_falls_back_on_a_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-123456")
    given = settings(tmp_path, "")
    assert default_llms(given, registry()) == ("openai",)
    row = AgentSpec(uuid4(), "desk", 0, "llm", llm=("self-hosted",))
    assert agent_with_modes(engine_modes(given, registry()), row).llm == ("llama.cpp",)


def test_the_list_shows_what_a_mode_stands_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engines", "list", "--mode", "self-hosted", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["engines"]
    assert [row["name"] for row in rows if row["kind"] == "stt"][-1] == "pocketsphinx"
    assert all("key" not in row["needs"] for row in rows if row["kind"] != "llm")

    assert main(["engines", "list", "--mode", "selfhosted"]) == 1
    assert "there is no mode 'selfhosted': there is cloud-first and self-hosted" in capsys.readouterr().err
