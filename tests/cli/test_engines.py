"""`voiceforge engines`: what it lists and how it answers a name it does not know."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cli.main import main
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import BrokenPlugin, EngineEntry, EngineRegistry
from tests.fakes import FakeStt, FakeTts


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> EngineRegistry:
    """Two engines of our own in the place of the real ones: one ready, one that lacks its weights."""
    known = EngineRegistry()
    canary = Manifest("canary", Kind.TTS, "sings", ("en", "de"), "MIT")
    known.add(EngineEntry(canary, lambda: Readiness(True), lambda _: FakeTts()))
    big = Manifest("condor", Kind.STT, "hears", ("*",), "BSD", needs=("weights", "gpu"))
    lacking = Readiness(False, "the [weights]: run `voiceforge engines pull condor`")
    known.add(EngineEntry(big, lambda: lacking, lambda _: FakeStt()))
    importlib.import_module(
        "cli.serving.engines"
    )  # it takes more names from the module than the stand-in has
    module = ModuleType("pipelines.engines.builtin")
    module.__dict__["registry"] = lambda: known
    monkeypatch.setitem(sys.modules, "pipelines.engines.builtin", module)
    return known


def test_the_table_says_what_an_engine_is_and_lacks(
    registry: EngineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["engines", "list"]) == 0
    rows = [row.split() for row in capsys.readouterr().out.splitlines()]
    assert rows == [
        ["Recognisers", "(stt)"],
        ["condor", "not", "yet", "any", "language"],
        ["BSD;", "needs", "weights", "and", "gpu"],
        "lacks the [weights]: run `voiceforge engines pull condor`".split(),
        ["Voices", "(tts)"],
        ["canary", "ready", "en,", "de"],
        ["MIT;", "needs", "nothing"],
    ]


def test_json_holds_every_field(registry: EngineRegistry, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engines", "list", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["engines"]
    assert (first["name"], first["kind"], first["ready"], first["languages"]) == (
        "canary",
        "tts",
        True,
        ["en", "de"],
    )
    assert (second["ready"], second["needs"]) == (False, ["weights", "gpu"])


def test_a_broken_plugin_is_listed_with_the_way_to_mend_it(
    registry: EngineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.broken.append(BrokenPlugin("dodo", "acme-dodo", "ImportError: extinct"))
    assert main(["engines", "list"]) == 0
    assert "ImportError: extinct" in capsys.readouterr().out
    assert main(["engines", "list", "--json"]) == 0
    (dodo,) = json.loads(capsys.readouterr().out)["broken"]
    assert (dodo["name"], dodo["ok"], dodo["detail"]) == ("plug-in dodo", False, "ImportError: extinct")
    assert dodo["mend"] == "update or remove the package acme-dodo"


@pytest.mark.parametrize("action", ["install", "pull"])
def test_a_ready_engine_needs_nothing(
    registry: EngineRegistry, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    assert main(["engines", action, "canary"]) == 0
    assert "needs nothing" in capsys.readouterr().out
    assert main(["engines", action, "tts/canary", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out).values()) == [[]]
    assert main(["engines", action, "stt/canary"]) == 1
    assert "did you mean 'canary'?" in capsys.readouterr().err


def test_an_engine_that_needs_what_only_its_operator_has_says_so(
    registry: EngineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    owl = Manifest("owl", Kind.TURN, "listens", ("*",), "BSD", needs=("weights",))
    registry.add(EngineEntry(owl, lambda: Readiness(True), lambda _: FakeStt()))
    assert main(["engines", "pull", "owl"]) == 0
    assert "its weights are yours to give" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("canari", "there is no engine 'canari': did you mean 'canary'?"),
        ("zzz", "there is no engine 'zzz': known are canary, condor"),
        ("condor", "condor is not ready: the [weights]: run `voiceforge engines pull condor`"),
    ],
)
def test_what_cannot_be_had_is_one_line_and_exit_code_1(
    registry: EngineRegistry, capsys: pytest.CaptureFixture[str], name: str, line: str
) -> None:
    assert main(["engines", "install", name]) == 1
    assert capsys.readouterr() == ("", f"voiceforge: {line}\n")


def test_endpoints_that_the_settings_name_are_listed_beside_their_engine(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = tmp_path / "voiceforge.toml"
    config.write_text('[engines.options."openai:fast"]\nbase_url = "http://127.0.0.1:8000/v1"\n')
    assert main(["engines", "list", "--json", "--config", str(config)]) == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)["engines"]}
    assert not listed["openai"]["ready"] and "set OPENAI_API_KEY" in listed["openai"]["lacks"]
    assert listed["openai:fast"]["ready"] and listed["openai:fast"]["kind"] == "llm"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine where nothing but the locked packages is installed, no key is set and nothing can be fetched;
    its settings."""
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_TOKEN", "_KEY")):
            monkeypatch.delenv(name)
    for name, value in {
        "VOICEFORGE_ENGINES__HOME": str(tmp_path / "engines"),
        "VOICEFORGE_CONFIG": str(tmp_path / "voiceforge.toml"),
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "PIP_NO_INDEX": "1",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "voiceforge.toml").touch()
    return tmp_path / "voiceforge.toml"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (
            "install openai-speech",
            "comes with the server: nothing is to be installed; it lacks a key: set OPENAI_",
        ),
        (
            "install openai",
            "nothing is to be installed; it lacks a key; set OPENAI_API_KEY, or name an endpoint",
        ),
        ("install hf-space-tts", "it lacks engines.options.hf-space-tts: set space"),
        ("pull openai-speech", "needs nothing of a hub; it lacks a key: set OPENAI_API_KEY"),
        ("pull deepgram", "deepgram needs nothing of a hub"),
    ],
)
def test_what_only_lacks_a_key_says_so_and_is_no_failure(
    bare: Path, capsys: pytest.CaptureFixture[str], command: str, line: str
) -> None:
    assert main(["engines", *command.split()]) == 0
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("update kokoro", "kokoro is not installed: run `voiceforge engines install kokoro`"),
        ("pull kokoro:x", 'nothing says what kokoro:x is: write a table [engines.options."kokoro:x"]'),
        ("pull mms-tts:ja", "mms-tts knows no model for 'ja': name it by the three letters"),
        ("pull mms-tts:quc", "the hub cannot be reached for facebook/mms-tts-quc"),
        ("pull mms-tts:hi", "the hub cannot be reached for facebook/mms-tts-hin"),
        ("pull mms-tts:own", "the hub cannot be reached for acme/hindi"),
        ("install piper", "engines.options.piper: noise is no option of it: did you mean 'noise_scale'?"),
        ("pull moonshine", "engines.options.moonshine: threads input should be less than or equal to"),
        ("install elevenlabs", "engines.options.elevenlabs has api_key: put the key into a file"),
        ("pull vllm:acme/x", "engines.options.vllm:acme/x: context input should be"),
        ("install playht", "engines.options.playht: voices is no option of it"),
    ],
)
def test_settings_that_a_server_would_refuse_are_refused_before_anything_is_fetched(
    bare: Path, capsys: pytest.CaptureFixture[str], command: str, line: str
) -> None:
    bare.write_text(
        "[engines.options]\n"
        'piper = { noise = 1 }\nmoonshine = { threads = 1000 }\nplayht = { voices = "x" }\n'
        'elevenlabs = { api_key = "secret" }\n"vllm:acme/x" = { context = -1 }\n'
        '"mms-tts:own" = { weights = "acme/hindi", language = "hi" }\n'
    )
    assert main(["engines", *command.split()]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert line in said and "secret" not in said
    assert not (bare.parent / "engines" / "environments").exists()


ALL = {
    "stt": "pocketsphinx faster-whisper moonshine kyutai voxtral-realtime parakeet openai-transcribe "
    "deepgram assemblyai hf-endpoint-stt hf-space-stt remote",
    "llm": "vllm llama.cpp openai anthropic",
    "tts": "hibari pico espeak-ng kokoro piper chatterbox higgs-audio styletts2 indic-parler-tts mms-tts "
    "parler-tts-mini-multilingual openai-speech elevenlabs deepgram-aura playht hf-endpoint-tts hf-space-tts "
    "remote",
}


def test_every_engine_is_listed_with_what_it_needs_here(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["engines", "list", "--json"]) == 0
    listed = {(row["kind"], row["name"]): row for row in json.loads(capsys.readouterr().out)["engines"]}
    wanted = {(kind, name) for kind, names in ALL.items() for name in names.split()}
    assert wanted <= listed.keys()
    for key in sorted(wanted):
        row = listed[key]
        assert row["ready"] or re.search(r"\b(run|set|name|\w+ GPU)\b", row["lacks"]), row["lacks"]
        assert row["licence"] and row["languages"], key
        if "key" in row["needs"]:
            assert key[0] == "llm" or row["here"]["keys"] and row["here"]["cost"], key
        elif "weights" in row["needs"] and key[0] != "llm":
            assert row["here"]["environment"] and row["here"]["weights"][0]["licence"], key


def test_the_list_imports_no_part_of_a_running_server() -> None:
    heavy = "asyncpg aiohttp av openai huggingface_hub cli.serving.engines pipelines.engines.running"
    program = (
        "import sys; from cli.main import main; code = main(['engines', 'list', '--json']); "
        f"sys.stderr.write(' '.join(sorted(set(sys.modules) & set('{heavy}'.split())))); sys.exit(code)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stderr == ""


def test_the_embedded_engines_are_listed_and_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engines", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["engines"]
    assert {(row["kind"], row["ready"]) for row in listed} >= {("vad", True), ("stt", True), ("tts", True)}
