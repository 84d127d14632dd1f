"""Writes a Higgs Audio V2 of small geometry and random weights, as its repositories have it, into a folder.

Runs in the engine's own environment: `python random_higgs.py FOLDER`. The codec lies in `FOLDER/codec`.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np

from pipelines.engines.tts.neural.worker.left_out import plain_torchaudio

plain_torchaudio()

import torch  # noqa: E402
from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: E402
from transformers import (  # noqa: E402
    DacFeatureExtractor,
    HiggsAudioV2Config,
    HiggsAudioV2ForConditionalGeneration,
    HiggsAudioV2TokenizerConfig,
    HiggsAudioV2TokenizerModel,
    PreTrainedTokenizerFast,
)

SPECIAL = (
    *("<|pad|>", "<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"),
    *("<|AUDIO_OUT|>", "<|audio_out_bos|>", "<|audio_eos|>", "<|reserved_special_token_6|>"),
    *("<|scene_desc_start|>", "<|scene_desc_end|>"),
)
BOOKS, CODES = 4, 254
TEMPLATE = (
    "<|begin_of_text|>{% for turn in messages %}<|start_header_id|>{{ turn['role'] }}<|end_header_id|>"
    "{% for part in turn['content'] %}"
    "{% if part['type'] == 'audio' %}<|audio_out_bos|><|AUDIO_OUT|><|audio_eos|>"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|><|audio_out_bos|>{% endif %}"
)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(2)
    characters = [*SPECIAL, "<|unk|>", *map(chr, range(33, 127)), "▁", "\n"]
    words = Tokenizer(models.BPE({each: at for at, each in enumerate(characters)}, [], unk_token="<|unk|>"))
    words.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<|pad|>", eos_token="<|eot_id|>", unk_token="<|unk|>"
    )
    tokenizer.add_special_tokens({"additional_special_tokens": list(SPECIAL[3:])})
    tokenizer.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    ids = dict(zip(SPECIAL, tokenizer.convert_tokens_to_ids(list(SPECIAL)), strict=True))
    config = HiggsAudioV2Config(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        pad_token_id=ids["<|pad|>"],
        bos_token_id=ids["<|begin_of_text|>"],
        eos_token_id=ids["<|eot_id|>"],
        num_codebooks=BOOKS,
        codebook_size=CODES + 2,
        audio_token_id=ids["<|AUDIO_OUT|>"],
        audio_bos_token_id=ids["<|audio_out_bos|>"],
        audio_delay_token_id=ids["<|reserved_special_token_6|>"],
        audio_stream_bos_id=CODES,
        audio_stream_eos_id=CODES + 1,
    )
    model = HiggsAudioV2ForConditionalGeneration(config)
    model.save_pretrained(folder)
    codec = HiggsAudioV2TokenizerModel(
        HiggsAudioV2TokenizerConfig(
            target_bandwidths=[0.8],
            codebook_size=CODES,
            codebook_dim=8,
            acoustic_model_config={
                "model_type": "dac",
                "encoder_hidden_size": 8,
                "downsampling_ratios": [8, 5, 4, 6],
                "decoder_hidden_size": 64,
                "upsampling_ratios": [8, 5, 4, 6],
                "hidden_size": 32,
            },
            semantic_model_config={
                "model_type": "hubert",
                "hidden_size": 32,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "intermediate_size": 64,
                "conv_dim": [16] * 7,
                "num_conv_pos_embeddings": 16,
                "num_conv_pos_embedding_groups": 2,
            },
        )
    )
    with torch.no_grad():
        codec.acoustic_decoder.conv2.weight.mul_(30)  # untrained, it would be hardly audible
    codec.save_pretrained(folder / "codec")
    DacFeatureExtractor(sampling_rate=24_000, hop_length=960).save_pretrained(folder / "codec")
    at = np.arange(24_000) / 24_000
    with wave.open(str(folder / "recording.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes((8_000 * np.sin(2 * np.pi * 220 * at)).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
