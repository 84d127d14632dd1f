"""The StyleTTS 2 worker: whole clauses, in turns, by the package's own inference.

Its loading code fetches four files from the web, of which inference needs none: all modules that speak are in
the one checkpoint. They are built by the package's own classes and read with `weights_only`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.engines.tts.neural.worker.left_out import plain_torchaudio, without_plots_and_langchain

plain_torchaudio()
without_plots_and_langchain()

import nltk  # noqa: E402  after that

nltk.download = lambda *_, **__: True  # of a tokenizer, at import; ours is below

import styletts2.tts as package  # noqa: E402
import torch  # noqa: E402
import yaml  # type: ignore[import-untyped]  # noqa: E402
from styletts2 import models, utils  # noqa: E402
from styletts2.Modules.diffusion.sampler import (  # noqa: E402
    ADPM2Sampler,
    DiffusionSampler,
    KarrasSchedule,
)
from styletts2.phoneme import PhonemeConverterFactory  # noqa: E402
from styletts2.Utils.PLBERT import util as plbert  # noqa: E402
from transformers import AlbertConfig  # noqa: E402

from mediaserver.errors import EngineMissingError  # noqa: E402
from pipelines.engines.tts.neural.worker.faults import MissingVoiceError  # noqa: E402
from pipelines.engines.tts.neural.worker.model import ClauseWish  # noqa: E402
from pipelines.engines.tts.neural.worker.on_torch import TorchModel  # noqa: E402
from pipelines.engines.tts.neural.worker.onnx import only_file  # noqa: E402
from pipelines.engines.tts.neural.worker.serving import serve  # noqa: E402

SPEAKING = (
    *("bert", "bert_encoder", "predictor", "decoder", "text_encoder"),
    *("predictor_encoder", "style_encoder", "diffusion"),
)
"""The modules that inference needs; the others only judged its training."""
_PIECES = re.compile(r"[^\s.,!?;:]+|[.,!?;:]")

package.word_tokenize = _PIECES.findall


class StyleVoice(TorchModel):
    rate = 24_000
    most_weight = 200

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        folder = Path(str(options["weights"]))
        self._tts = loaded(
            only_file(folder, "Models/LibriTTS/*.pth", "*.pth"),
            only_file(folder, "Models/LibriTTS/config.yml", "config.yml"),
            self.device,
        )
        self._settings = {
            name: options[name] for name in ("alpha", "beta", "diffusion_steps", "embedding_scale")
        }
        self._styles = {name: self._tts.compute_style(path) for name, path in options["voices"].items()}

    def facts(self) -> Mapping[str, Any]:
        return {"voices": sorted(self._styles)}

    def check(self, voice: str, language: str) -> None:
        if voice and voice not in self._styles:
            known = ", ".join(sorted(self._styles))
            raise MissingVoiceError(f"styletts2 has no voice {voice!r}; it has {known}")
        if language.lower().partition("-")[0] != "en":
            raise MissingVoiceError(f"these weights speak en, not {language}")

    def speak(self, wish: ClauseWish) -> Iterator[Any]:
        self.seeded()
        style = self._styles[wish.voice or next(iter(self._styles))]
        yield self._tts.inference(wish.text, ref_s=style, **self._settings)


def loaded(checkpoint: Path, config: Path, device: str) -> Any:
    """The package's `StyleTTS2` without its constructor."""
    tts = package.StyleTTS2.__new__(package.StyleTTS2)
    tts.device = device
    tts.phoneme_converter = PhonemeConverterFactory.load_phoneme_converter("gruut")
    tts.config = yaml.safe_load(config.read_text())
    tts.model_params = utils.recursive_munch(tts.config["model_params"])
    described = yaml.safe_load(Path(plbert.__file__).with_name("config.yml").read_text())
    bert = plbert.CustomAlbert(AlbertConfig(**described["model_params"]))
    built = models.build_model(tts.model_params, None, None, bert)
    weights = torch.load(checkpoint, map_location="cpu", weights_only=True)["net"]
    missing = [name for name in SPEAKING if name not in weights]
    if missing:
        raise EngineMissingError(f"{checkpoint} lacks {', '.join(missing)}: pull it again")
    for name in list(built):
        if name not in SPEAKING:
            del built[name]
            continue
        state = {key.removeprefix("module."): value for key, value in weights[name].items()}
        built[name].load_state_dict(state, strict=name != "bert")
        built[name].eval().to(device)
    tts.model = built
    tts.sampler = DiffusionSampler(
        built.diffusion.diffusion,
        sampler=ADPM2Sampler(),
        sigma_schedule=KarrasSchedule(sigma_min=0.0001, sigma_max=3.0, rho=9.0),
        clamp=False,
    )
    return tts


def main() -> None:
    sys.stdout = open(os.devnull, "w")  # the package prints what it reads, and the server's output is not its
    serve(StyleVoice)
