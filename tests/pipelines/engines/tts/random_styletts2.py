"""Writes a StyleTTS 2 of random weights, as its repository has it, into a folder.

Runs in the engine's own environment: `python random_styletts2.py FOLDER`.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np

from pipelines.engines.tts.styletts2.worker import SPEAKING  # leaves out first what is to be left out

import styletts2.tts as package  # isort: skip
import torch  # isort: skip
import yaml  # type: ignore[import-untyped]  # isort: skip
from styletts2 import models, utils  # isort: skip
from styletts2.Utils.PLBERT import util as plbert  # isort: skip


def main() -> None:
    folder = Path(sys.argv[1])
    place = folder / "Models" / "LibriTTS"
    place.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(6)
    own = Path(package.__file__).parent
    config = yaml.safe_load((own / "Configs" / "config_libritts.yml").read_text())
    (place / "config.yml").write_text(yaml.safe_dump(config))
    described = yaml.safe_load((own / "Utils" / "PLBERT" / "config.yml").read_text())
    bert = plbert.CustomAlbert(plbert.AlbertConfig(**described["model_params"]))
    built = models.build_model(utils.recursive_munch(config["model_params"]), None, None, bert)
    with torch.no_grad():  # untrained, half of its 50 frames for each sound would be said
        built.predictor.duration_proj.linear_layer.bias.fill_(-3.0)
    net = {
        name: {f"module.{key}": value for key, value in built[name].state_dict().items()} for name in SPEAKING
    }
    torch.save({"net": net}, place / "epochs_2nd_00020.pth")
    at = np.arange(2 * 24_000) / 24_000
    with wave.open(str(folder / "recording.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes((8_000 * np.sin(2 * np.pi * 220 * at)).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
