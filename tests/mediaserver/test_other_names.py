"""Variables that other voice servers know: what they are taken for, and that none keeps us from starting."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaserver.config import Settings, load
from mediaserver.settings.engines import usual_voices
from mediaserver.settings.other_names import other_names


def settings(tmp_path: Path, text: str = "") -> Settings:
    path = tmp_path / "voiceforge.toml"
    path.write_text(text)
    return load(path)


def test_spaces_of_hugging_face_as_the_first_server_had_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USE_HF_SPACES_ML", "true")
    monkeypatch.setenv("HF_ML_API_URL", "https://me-voice.hf.space")
    monkeypatch.setenv("HUGGINGFACE_API_KEY", "hf_secret")
    found = settings(tmp_path)
    assert found.engines.stt == ("hf-space-stt", "pocketsphinx")
    assert found.engines.tts == ("hf-space-tts", *usual_voices())
    assert found.engines.options["hf-space-tts"] == {
        "base_url": "https://me-voice.hf.space",
        "api_key_env": "HUGGINGFACE_API_KEY",
    }
    assert "USE_HF_SPACES_ML is taken for engines.stt: hf-space-stt, pocketsphinx" in found.notices
    assert "hf_secret" not in repr(found.notices)


def test_what_the_settings_say_comes_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STT_PROVIDER", "deepgram")
    monkeypatch.setenv("TTS_PROVIDER", "elevenlabs")
    monkeypatch.setenv("WHISPER_MODEL", "base")
    monkeypatch.setenv("VOICEFORGE_ENGINES__TTS", '["espeak-ng"]')
    found = settings(
        tmp_path, '[engines]\nstt = ["pocketsphinx"]\n[engines.options.faster-whisper]\nmodel = "small"\n'
    )
    assert found.engines.stt == ("pocketsphinx",)
    assert found.engines.tts == ("espeak-ng",)
    assert found.engines.options["faster-whisper"] == {"model": "small"}
    assert set(found.notices) == {
        "STT_PROVIDER is left out: engines.stt is set",
        "TTS_PROVIDER is left out: engines.tts is set",
        "WHISPER_MODEL is left out: engines.options.faster-whisper.model is set",
    }


@pytest.mark.parametrize(
    ("variables", "llm", "options"),
    [
        ({"LLM_PROVIDER": "Anthropic"}, ["anthropic"], {}),
        ({"LLM_PROVIDER": "openai", "LLM_MODEL": "gpt-6-sol"}, ["openai:gpt-6-sol"], {}),
        ({"LLM_MODEL": "claude-haiku-5-5"}, ["anthropic:claude-haiku-5-5"], {}),
        ({"LLM_MODEL": "Qwen/Qwen3-8B"}, ["vllm:Qwen/Qwen3-8B"], {}),
        (
            {"VLLM_URL": "http://gpu:8000", "LLM_MODEL": "Qwen/Qwen3-8B", "VLLM_API_KEY": "x"},
            ["openai:vllm"],
            {
                "openai:vllm": {
                    "base_url": "http://gpu:8000/v1",
                    "model": "Qwen/Qwen3-8B",
                    "api_key_env": "VLLM_API_KEY",
                }
            },
        ),
        (
            {"LLM_PROVIDER": "ollama", "LLM_MODEL": "llama3.2"},
            ["openai:ollama"],
            {"openai:ollama": {"base_url": "http://127.0.0.1:11434/v1", "model": "llama3.2"}},
        ),
    ],
)
def test_language_models(
    variables: dict[str, str], llm: list[str], options: dict[str, dict[str, str]]
) -> None:
    found = other_names(variables, {})
    assert found.engines.get("llm") == llm
    assert found.engines.get("options", {}) == options
    assert len(found.notices) >= 1


def test_modes_and_providers() -> None:
    found = other_names({"ML_MODE": "self_hosted", "TTS_PROVIDER": "Play.HT", "STT_PROVIDER": "whisper"}, {})
    assert found.engines["mode"] == "self-hosted"
    assert found.engines["tts"][0] == "playht"
    assert found.engines["stt"] == ["faster-whisper", "pocketsphinx"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("USE_HF_SPACES_ML", "perhaps"),
        ("HF_ML_API_URL", "not an address"),
        ("STT_PROVIDER", "ears"),
        ("TTS_PROVIDER", "parrot"),
        ("LLM_PROVIDER", "oracle"),
        ("LLM_MODEL", "the big one"),
        ("LLM_MODEL", "gpt-" + "9" * 200),
        ("HF_ML_API_URL", "http://[half"),
        ("HF_ML_API_URL", "https://me:sesame@me-voice.hf.space"),
        ("VLLM_URL", "gpu:8000"),
        ("VLLM_URL", "http://[half"),
        ("OLLAMA_BASE_URL", "http://me:sesame@ollama:11434"),
        ("WHISPER_MODEL", "enormous"),
        ("AI_MODE", "on"),
    ],
)
def test_what_nobody_knows_is_a_notice_and_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    found = settings(tmp_path)
    (notice,) = found.notices
    assert notice.startswith(variable)
    assert "is left out" in notice and "sesame" not in notice


def test_without_such_variables_there_is_nothing_to_tell() -> None:
    found = other_names({"OPENAI_API_KEY": "sk", "HF_TOKEN": "hf", "PATH": "/bin"}, {})
    assert (found.engines, found.notices) == ({}, [])


def test_keys_under_other_names_are_looked_for_there_and_never_read() -> None:
    found = other_names({"ELEVEN_API_KEY": "very-secret", "DEEPGRAM_KEY": "x", "DEEPGRAM_API_KEY": "y"}, {})
    assert found.engines["options"] == {"elevenlabs": {"api_key_env": "ELEVEN_API_KEY"}}
    assert "very-secret" not in repr(found)


def test_a_key_under_another_name_goes_to_no_space_that_the_settings_name() -> None:
    """It may be a stranger's program."""
    said = {"options": {"hf-space-tts": {"space": "stranger/voice"}}}
    options = other_names({"HUGGINGFACE_API_KEY": "hf_secret"}, said).engines["options"]
    assert not {"hf-space-tts", "hf-space-stt"} & set(options)
