"""The Chatterbox worker: clauses in turns, each streamed as its tokens are made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.engines.tts.neural.worker.left_out import plain_torchaudio

plain_torchaudio()

import torch  # noqa: E402  after that
from chatterbox.models.t3.llama_configs import LLAMA_CONFIGS  # noqa: E402
from chatterbox.models.t3.modules.cond_enc import T3Cond  # noqa: E402
from chatterbox.tts import ChatterboxTTS, punc_norm  # noqa: E402
from safetensors import safe_open  # noqa: E402

from mediaserver.errors import EngineMissingError  # noqa: E402
from pipelines.engines.tts.chatterbox.worker.sounding import ClauseSounding  # noqa: E402
from pipelines.engines.tts.chatterbox.worker.tokens import (  # noqa: E402
    TOKENS_PER_S,
    Sampling,
    speech_tokens,
)
from pipelines.engines.tts.neural.worker.faults import MissingVoiceError  # noqa: E402
from pipelines.engines.tts.neural.worker.guards import limit_s  # noqa: E402
from pipelines.engines.tts.neural.worker.model import ClauseWish  # noqa: E402
from pipelines.engines.tts.neural.worker.on_torch import TorchModel, as_numpy  # noqa: E402
from pipelines.engines.tts.neural.worker.serving import serve  # noqa: E402

FILES = ("ve.safetensors", "t3_cfg.safetensors", "s3gen.safetensors", "tokenizer.json")
OWN = "chatterbox"
"""The name of the voice that comes with it."""


class ChatterboxVoice(TorchModel):
    rate = 24_000

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        folder = Path(str(options["weights"]))
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise EngineMissingError(f"{folder} lacks {', '.join(missing)}: pull it again")
        fit_depth(folder / "t3_cfg.safetensors")
        self._tts = ChatterboxTTS.from_local(folder, self.device)
        self._sampling = Sampling(
            **{
                name: float(options[name])
                for name in ("temperature", "top_p", "min_p", "repetition_penalty", "cfg_weight")
                if name in options
            }
        )
        self._first = int(options.get("first_tokens") or 20)
        self._chunk = int(options.get("chunk_tokens") or 40)
        self._steps = int(options.get("flow_steps") or 10)
        self._watermark = bool(options.get("watermark"))
        self._exaggeration = float(options.get("exaggeration", 0.5))
        self._voices = self._conditioned(dict(options.get("voices") or {}))
        if not self._voices:
            raise EngineMissingError(f"{folder} has no voice of its own (conds.pt): give it some in `voices`")

    def facts(self) -> Mapping[str, Any]:
        return {"voices": sorted(self._voices)}

    def check(self, voice: str, language: str) -> None:
        if voice and voice not in self._voices:
            known = ", ".join(sorted(self._voices))
            raise MissingVoiceError(f"chatterbox has no voice {voice!r}; it has {known}")
        if language.lower().partition("-")[0] != "en":
            raise MissingVoiceError(f"these weights speak en, not {language}")

    def speak(self, wish: ClauseWish) -> Iterator[Any]:
        self.seeded()
        cond, reference = self._voices[wish.voice or next(iter(self._voices))]
        tokens: list[int] = []
        sounding = ClauseSounding(self._tts.s3gen, reference, self._steps)
        due = self._first
        # One more than the guard lets pass: what does not end is to meet it.
        most = math.ceil(limit_s(wish.text, wish.rate) * TOKENS_PER_S) + TOKENS_PER_S
        for token in speech_tokens(self._tts.t3, cond, self._text(wish.text), self._sampling, most):
            tokens.append(token)
            if len(tokens) == due and not self._watermark:
                due += self._chunk
                yield as_numpy(sounding.sound(tokens, last=False))
        wave = as_numpy(sounding.sound(tokens, last=True))
        if self._watermark:
            wave = self._tts.watermarker.apply_watermark(wave, sample_rate=self.rate)
        yield wave

    def _text(self, text: str) -> Any:
        """[1, length], with the marks of beginning and end."""
        tokens = self._tts.tokenizer.text_to_tokens(punc_norm(text)).to(self.device).long()
        hp = self._tts.t3.hp
        begun = torch.nn.functional.pad(tokens, (1, 0), value=hp.start_text_token)
        return torch.nn.functional.pad(begun, (0, 1), value=hp.stop_text_token)

    def _conditioned(self, recordings: dict[str, str]) -> dict[str, tuple[Any, Any]]:
        """Name -> what T3 and what S3Gen are told of the voice; its own first."""
        found = {}
        if self._tts.conds is not None:
            found[OWN] = self._felt(self._tts.conds)
        for name, path in recordings.items():
            with torch.inference_mode():
                self._tts.prepare_conditionals(path, exaggeration=self._exaggeration)
            found[name] = self._felt(self._tts.conds)
        return found

    def _felt(self, conds: Any) -> tuple[Any, Any]:
        """With the exaggeration that is set."""
        cond = T3Cond(
            speaker_emb=conds.t3.speaker_emb,
            cond_prompt_speech_tokens=conds.t3.cond_prompt_speech_tokens,
            emotion_adv=self._exaggeration * torch.ones(1, 1, 1),
        ).to(device=self.device)
        return cond, conds.gen


def fit_depth(weights: Path) -> None:
    """The package makes T3 with 30 layers before it reads any: have it make as many as the file holds."""
    with safe_open(str(weights), framework="pt") as tensors:
        names = [name.split(".") for name in tensors.keys()]  # noqa: SIM118  it is no mapping
    layers = {int(parts[2]) for parts in names if parts[:2] == ["tfmr", "layers"]}
    if layers:
        LLAMA_CONFIGS["Llama_520M"]["num_hidden_layers"] = max(layers) + 1


def main() -> None:
    serve(ChatterboxVoice)
