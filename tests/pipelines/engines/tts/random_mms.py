"""Writes an MMS-TTS of small geometry and random weights, as its repository has it, into a folder.

Runs in the engine's own environment: `python random_mms.py FOLDER LANGUAGE [uroman]`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from transformers import VitsConfig, VitsModel, VitsTokenizer

LETTERS = {"hin": "अआइईउऊएऐओऔकखगघचजझटठडढणतथदधनपफबभमयरलवशसहािीुूेैोौंँ्", "amh": "abcdefghijklmnopqrstuvwxyz'"}


def main() -> None:
    folder, language, romanised = Path(sys.argv[1]), sys.argv[2], "uroman" in sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    letters = LETTERS.get(language, "abcdefghijklmnopqrstuvwxyz'")
    vocabulary = {each: at for at, each in enumerate(dict.fromkeys(["<pad>", *" -", *letters, "<unk>"]))}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    VitsTokenizer(
        str(folder / "vocab.json"), language=language, phonemize=False, is_uroman=romanised
    ).save_pretrained(folder)
    torch.manual_seed(5)
    config = VitsConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        ffn_dim=64,
        flow_size=32,
        spectrogram_bins=33,
        upsample_initial_channel=64,
        prior_encoder_num_wavenet_layers=2,
        posterior_encoder_num_wavenet_layers=2,
        num_speakers=1,
        noise_scale_duration=0.3,
    )
    model = VitsModel(config)
    with torch.no_grad():  # untrained, it would be hardly audible, and give no more than a frame for a letter
        model.decoder.conv_post.weight.mul_(8)
        last = model.duration_predictor.flows[0]
        last.log_scale.zero_()
        last.translate.fill_(-0.1)
    model.save_pretrained(folder)


if __name__ == "__main__":
    main()
