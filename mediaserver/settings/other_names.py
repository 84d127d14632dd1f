"""Variables that other installations of voice servers know, said in our settings: `STT_PROVIDER=deepgram` is
`engines.stt`, `USE_HF_SPACES_ML=true` the engines of Hugging Face's Spaces.

Each that is understood, or not, is told in a notice; none keeps the server from starting, and what the
settings say themselves comes before. Values of variables that hold keys are never read here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from mediaserver.settings.engines import usual_voices

YES, NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")
RECOGNISERS = {
    **dict.fromkeys(("whisper", "faster-whisper", "local-whisper"), "faster-whisper"),
    **dict.fromkeys(("openai", "openai-whisper", "openai-transcribe"), "openai-transcribe"),
    **dict.fromkeys(("pocketsphinx", "sphinx", "local", "embedded"), "pocketsphinx"),
    **dict.fromkeys(("assemblyai", "assembly"), "assemblyai"),
    **dict.fromkeys(("huggingface", "hf", "hf-spaces"), "hf-space-stt"),
    **{name: name for name in ("deepgram", "moonshine", "parakeet", "kyutai", "voxtral-realtime")},
}
VOICES = {
    **dict.fromkeys(("elevenlabs", "eleven", "11labs"), "elevenlabs"),
    **dict.fromkeys(("openai", "openai-tts", "openai-speech"), "openai-speech"),
    **dict.fromkeys(("deepgram", "aura", "deepgram-aura"), "deepgram-aura"),
    **dict.fromkeys(("playht", "play.ht", "play-ht"), "playht"),
    **dict.fromkeys(("huggingface", "hf", "hf-spaces"), "hf-space-tts"),
    **dict.fromkeys(("espeak", "espeak-ng", "local", "embedded"), "espeak-ng"),
    **dict.fromkeys(("higgs", "higgs-audio", "higgs-audio-v2"), "higgs-audio"),
    **dict.fromkeys(("mms", "mms-tts"), "mms-tts"),
    **dict.fromkeys(("parler", "parler-tts"), "parler-tts-mini-multilingual"),
    **dict.fromkeys(("indic-parler", "indic-parler-tts"), "indic-parler-tts"),
    **{name: name for name in ("chatterbox", "styletts2", "piper", "kokoro", "hibari", "pico")},
}
MODELS = {
    **dict.fromkeys(("openai", "gpt"), "openai"),
    **dict.fromkeys(("anthropic", "claude"), "anthropic"),
    **{name: name for name in ("vllm", "llama.cpp", "ollama")},
}
MODES = {
    **dict.fromkeys(("cloud", "cloud-first", "api", "remote", "production"), "cloud-first"),
    **dict.fromkeys(("local", "self-hosted", "selfhosted", "on-prem", "offline", "gpu"), "self-hosted"),
}
KEYS = {
    **dict.fromkeys(("OPENAI_KEY",), ("openai", "openai-transcribe", "openai-speech")),
    **dict.fromkeys(("CLAUDE_API_KEY", "ANTHROPIC_KEY"), ("anthropic",)),
    **dict.fromkeys(("DEEPGRAM_KEY", "DG_API_KEY"), ("deepgram", "deepgram-aura")),
    **dict.fromkeys(("AAI_API_KEY", "ASSEMBLY_AI_API_KEY"), ("assemblyai",)),
    **dict.fromkeys(("ELEVEN_API_KEY", "XI_API_KEY", "ELEVEN_LABS_API_KEY"), ("elevenlabs",)),
    **dict.fromkeys(
        (
            *("HUGGINGFACE_API_KEY", "HUGGINGFACE_TOKEN", "HUGGINGFACEHUB_API_TOKEN", "HF_API_TOKEN"),
            *("HF_API_KEY", "HUGGING_FACE_HUB_TOKEN"),
        ),
        ("hf-endpoint-stt", "hf-endpoint-tts", "hf-space-stt", "hf-space-tts"),
    ),
}
"""Other names of variables with keys, and the engines that are to look there."""
USUAL_KEYS = {
    **dict.fromkeys(("openai", "openai-transcribe", "openai-speech"), "OPENAI_API_KEY"),
    **dict.fromkeys(("deepgram", "deepgram-aura"), "DEEPGRAM_API_KEY"),
    **{
        "anthropic": "ANTHROPIC_API_KEY",
        "assemblyai": "ASSEMBLYAI_API_KEY",
        "elevenlabs": "ELEVENLABS_API_KEY",
    },
    **dict.fromkeys(("hf-endpoint-stt", "hf-endpoint-tts", "hf-space-stt", "hf-space-tts"), "HF_TOKEN"),
}
LONGEST = 100
"""Characters of an engine's name."""
OLLAMA_URL = "http://127.0.0.1:11434/v1"
_WHISPER = {
    **{name: name for name in ("large-v3", "large-v3-turbo", "distil-large-v3")},
    **dict.fromkeys(("large", "large-v2"), "large-v3"),
    "turbo": "large-v3-turbo",
    **{f"{size}{end}": f"{size}{end}" for size in ("tiny", "base", "small", "medium") for end in ("", ".en")},
}


@dataclass
class OtherNames:
    """What was found. `said`: the table `engines` as our own settings have it; what it says comes before."""

    said: Mapping[str, Any]
    engines: dict[str, Any] = field(default_factory=dict)
    """The table `engines` as the variables say it."""
    notices: list[str] = field(default_factory=list)

    def put(self, variable: str, key: str, value: Any) -> None:
        """`engines.KEY`. Of several variables the first counts."""
        if key in self.said:
            self.notices.append(f"{variable} is left out: engines.{key} is set")
        elif isinstance(value, list) and any(len(name) > LONGEST for name in value):
            self.notices.append(f"{variable} is left out: it is too long for the name of an engine")
        elif key not in self.engines:
            self.engines[key] = value
            told = ", ".join(value) if isinstance(value, list) else value
            self.notices.append(f"{variable} is taken for engines.{key}: {told}")

    def option(self, variable: str, engine: str, key: str, value: str) -> None:
        """`engines.options.ENGINE.KEY`, likewise."""
        if key in self.said.get("options", {}).get(engine, {}):
            self.notices.append(f"{variable} is left out: engines.options.{engine}.{key} is set")
            return
        table = self.engines.setdefault("options", {}).setdefault(engine, {})
        if key not in table:
            table[key] = value
            self.notices.append(f"{variable} is taken for engines.options.{engine}.{key}: {value}")

    def unknown(self, variable: str, value: str, why: str) -> None:
        self.notices.append(f"{variable}={value[:60]} is left out: {why}")


def other_names(environ: Mapping[str, str], said: Mapping[str, Any]) -> OtherNames:
    """`environ`: the variables. `said`: see OtherNames."""
    found = OtherNames(said)
    for read in (_providers, _spaces, _models, _whisper, _mode, _keys):
        read(environ, found)
    return found


def _spaces(environ: Mapping[str, str], found: OtherNames) -> None:
    """Hugging Face's Spaces and endpoints, the first server's way to models."""
    wanted, url = environ.get("USE_HF_SPACES_ML"), environ.get("HF_ML_API_URL", "").strip()
    if wanted is not None and wanted.lower() not in (*YES, *NO):
        found.unknown("USE_HF_SPACES_ML", wanted, "it is neither true nor false")
        wanted = None
    parts = _address(url)
    if url and parts is None:
        found.notices.append(f"HF_ML_API_URL is left out: {_no_address('https://NAME.hf.space')}")
        url = ""
    elsewhere = parts is not None and not str(parts.hostname).endswith(".hf.space")
    place = "hf-endpoint" if elsewhere else "hf-space"
    if url:
        for kind in ("stt", "tts"):
            found.option("HF_ML_API_URL", f"{place}-{kind}", "base_url", url)
    if (wanted or "").lower() in YES or (url and wanted is None):
        variable = "USE_HF_SPACES_ML" if wanted else "HF_ML_API_URL"
        found.put(variable, "stt", [f"{place}-stt", "pocketsphinx"])
        found.put(variable, "tts", [f"{place}-tts", *usual_voices()])


def _providers(environ: Mapping[str, str], found: OtherNames) -> None:
    for variable, known, where, behind in (
        ("STT_PROVIDER", RECOGNISERS, "stt", ("pocketsphinx",)),
        ("TTS_PROVIDER", VOICES, "tts", usual_voices()),
    ):
        value = environ.get(variable, "").strip()
        name = known.get(value.lower().replace("_", "-"))
        if name is not None:
            found.put(variable, where, list(dict.fromkeys((name, *behind))))
        elif value:
            found.unknown(variable, value, _none_of(known))


def _models(environ: Mapping[str, str], found: OtherNames) -> None:
    provider = environ.get("LLM_PROVIDER", "").strip()
    known = MODELS.get(provider.lower())
    if provider and known is None:
        found.unknown("LLM_PROVIDER", provider, _none_of(MODELS))
    model = environ.get("LLM_MODEL", "").strip()
    for variable, name in (("VLLM_URL", "vllm"), ("VLLM_BASE_URL", "vllm"), ("VLLM_API_URL", "vllm")):
        _endpoint(environ, found, variable, name, environ.get("VLLM_MODEL", "") or model)
    _endpoint(environ, found, "OLLAMA_BASE_URL", "ollama", environ.get("OLLAMA_MODEL", "") or model)
    if known == "ollama" and "llm" not in found.engines:
        found.option("LLM_PROVIDER", "openai:ollama", "base_url", OLLAMA_URL)
        if model:
            found.option("LLM_MODEL", "openai:ollama", "model", model)
        found.put("LLM_PROVIDER", "llm", ["openai:ollama"])
    elif known is not None and known != "ollama":
        of_one = f"{known}:{model}" if model else known
        found.put("LLM_PROVIDER", "llm", [of_one])
    elif model and "llm" not in found.engines:
        _lone_model(found, model)
    if own := environ.get("OPENAI_MODEL", "").strip():
        found.option("OPENAI_MODEL", "openai", "model", own)


def _endpoint(environ: Mapping[str, str], found: OtherNames, variable: str, name: str, model: str) -> None:
    url = environ.get(variable, "").strip().rstrip("/")
    if not url:
        return
    parts = _address(url)
    if parts is None:
        found.notices.append(f"{variable} is left out: {_no_address('http://127.0.0.1:8000/v1')}")
        return
    found.option(variable, f"openai:{name}", "base_url", url if parts.path else f"{url}/v1")
    if model.strip():
        found.option(variable, f"openai:{name}", "model", model.strip())
    if environ.get(key := f"{name.upper()}_API_KEY"):
        found.option(key, f"openai:{name}", "api_key_env", key)
    found.put(variable, "llm", [f"openai:{name}"])


def _lone_model(found: OtherNames, model: str) -> None:
    """A model's name alone says who has it."""
    if re.match(r"gpt-|o\d|chatgpt", model):
        found.put("LLM_MODEL", "llm", [f"openai:{model}"])
    elif model.startswith("claude"):
        found.put("LLM_MODEL", "llm", [f"anthropic:{model}"])
    elif model.lower().endswith("gguf"):
        found.put("LLM_MODEL", "llm", [f"llama.cpp:{model}"])
    elif re.fullmatch(r"[\w.-]+/[\w.-]+", model):
        found.put("LLM_MODEL", "llm", [f"vllm:{model}"])
    else:
        found.unknown("LLM_MODEL", model, "set LLM_PROVIDER, or engines.llm (docs/models.md)")


def _whisper(environ: Mapping[str, str], found: OtherNames) -> None:
    model = environ.get("WHISPER_MODEL", "").strip()
    if not model:
        return
    if (size := _WHISPER.get(model.lower())) is not None:
        found.option("WHISPER_MODEL", "faster-whisper", "model", size)
    elif re.fullmatch(r"[\w.-]+/[\w.-]+", model):
        found.option("WHISPER_MODEL", "faster-whisper", "weights", model)
    else:
        found.unknown("WHISPER_MODEL", model, "it is no size of Whisper and no OWNER/NAME")


def _mode(environ: Mapping[str, str], found: OtherNames) -> None:
    for variable in ("ML_MODE", "AI_MODE"):
        value = environ.get(variable, "").strip()
        if (mode := MODES.get(value.lower().replace("_", "-"))) is not None:
            found.put(variable, "mode", mode)
        elif value:
            found.unknown(variable, value, _none_of(MODES))


def _keys(environ: Mapping[str, str], found: OtherNames) -> None:
    """Only where they are: which variable holds a key. A Space may be a stranger's, who can read what it is
    sent: only the one that such variables name gets their key."""
    for variable, engines in KEYS.items():
        for engine in engines:
            taken = found.engines.get("options", {}).get(engine, {})
            if engine.startswith("hf-space-") and "base_url" not in taken:
                continue
            if environ.get(variable) and not environ.get(USUAL_KEYS[engine]):
                found.option(variable, f"{engine}", "api_key_env", variable)


def _address(url: str) -> SplitResult | None:
    """Its parts; None for one that is none of the web, and for one with a password, which a notice would
    show."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        return None
    sound = parts.scheme in ("http", "https") and parts.hostname and not (parts.username or parts.password)
    return parts if sound else None


def _no_address(such_as: str) -> str:
    return f"it is no address such as {such_as}, without a name or a password"


def _none_of(known: Mapping[str, str]) -> str:
    return f"it is none of {', '.join(sorted(known))}"
