"""Writes a Chatterbox of random weights, as its repository has it, into a folder.

Runs in the engine's own environment: `python random_chatterbox.py FOLDER TOKENS [LAYERS]`. It says that it
has ended after TOKENS speech tokens. Its language model has LAYERS layers, two if nobody says; 0: as many as
the published one. S3Gen's weights are left as its own classes make them: they are read leniently.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

from pipelines.engines.tts.neural.worker.left_out import plain_torchaudio

plain_torchaudio()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from chatterbox.models.s3gen import S3Gen  # noqa: E402
from chatterbox.models.t3 import T3  # noqa: E402
from chatterbox.models.t3.llama_configs import LLAMA_CONFIGS  # noqa: E402
from chatterbox.models.voice_encoder import VoiceEncoder  # noqa: E402
from chatterbox.tts import ChatterboxTTS  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from tokenizers import Tokenizer, models  # noqa: E402

LAYERS = 2


def main() -> None:
    folder, tokens = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(11)
    if layers := int(sys.argv[3]) if len(sys.argv) > 3 else LAYERS:
        LLAMA_CONFIGS["Llama_520M"]["num_hidden_layers"] = layers
    t3, voice = T3().eval(), VoiceEncoder().eval()
    with torch.no_grad():
        t3.speech_pos_emb.emb.weight[:, 0] = -10.0
        t3.speech_pos_emb.emb.weight[tokens:, 0] = 1_000.0  # from here on nothing but the end is likely
        t3.speech_head.weight[t3.hp.stop_speech_token] = 0.0
        t3.speech_head.weight[t3.hp.stop_speech_token, 0] = 8.0
    save_file(whole(t3), folder / "t3_cfg.safetensors")
    save_file(whole(voice), folder / "ve.safetensors")
    s3gen = S3Gen().eval()
    kept = {name: value for name, value in whole(s3gen).items() if name.startswith("mel2wav.conv_post")}
    save_file({name: value * 4 for name, value in kept.items()}, folder / "s3gen.safetensors")
    letters = ["[STOP]", "[UNK]", "[SPACE]", *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?'\"-"]
    vocabulary = {each: at for at, each in enumerate(letters)} | {"[START]": t3.hp.start_text_token}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    tokenizer.add_special_tokens(["[START]", "[STOP]", "[UNK]", "[SPACE]"])
    tokenizer.save(str(folder / "tokenizer.json"))
    recording = folder / "recording.wav"
    write_wav(recording)
    tts = ChatterboxTTS.from_local(folder, "cpu")
    with torch.inference_mode():
        tts.prepare_conditionals(str(recording))
    tts.conds.save(folder / "conds.pt")


def whole(module: Any) -> dict[str, Any]:
    """Tensors that share memory are written twice."""
    return {name: value.clone().contiguous() for name, value in module.state_dict().items()}


def write_wav(path: Path) -> None:
    """A second that sounds like a vowel."""
    import soundfile

    at = np.arange(24_000) / 24_000
    pitch = 120 + 10 * np.sin(2 * math.pi * 3 * at)
    phase = 2 * math.pi * np.cumsum(pitch) / 24_000
    wave = np.asarray(sum(np.sin(k * phase) / k for k in range(1, 12)))
    soundfile.write(path, (0.2 * wave).astype(np.float32), 24_000)


if __name__ == "__main__":
    main()
